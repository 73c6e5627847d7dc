/** What stands on the topics of a base, which groups that watched were left behind, and how both are removed. */
import type { LeftOver, LeftOvers, Removal, Untaken } from '#main/bridges/inspector'
import { asError } from '#main/link'
import { entryText } from '#shared/broker'
import { kafkaNames, kafkaTopics } from '#shared/names/build'
import { isUnder, isWatchGroup } from '#shared/names/parse'
import { isNotPermitted, protocolType } from './errors.ts'
import type { Outside } from './outside.ts'
import { type Bounds, boundsOf } from './positions.ts'

/** Most groups that are looked at. */
const mostGroups = 200

/** Topics that hold records, and watching groups without a member. Rejects in words where the connection is lost. */
export async function recordsUnder(
  outside: Outside,
  base: string,
  group: string,
  signal: AbortSignal,
): Promise<LeftOvers> {
  const found: LeftOver[] = []
  const notes: string[] = []
  for (const topic of kafkaTopics(base)) {
    signal.throwIfAborted()
    const one = await topicOf(outside, topic, topic === kafkaNames.writes(base) ? group : undefined).catch(
      (error: unknown) => {
        const ended = outside.ended()
        if (ended) throw ended
        if (protocolType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') notes.push(outside.words(error, topic).message)
        return undefined
      },
    )
    if (!one || one.size === 0) continue
    found.push(one)
    if (topic === kafkaNames.writes(base) && one.lag === undefined)
      notes.push(`how many requests wait on ${topic} can't be told: group "${group}" may not be described`)
  }
  signal.throwIfAborted()
  const groups = await emptyGroups(outside, base)
  return { found: [...found, ...groups], more: groups.length >= mostGroups, note: notes.join(' ') }
}

async function topicOf(outside: Outside, topic: string, group: string | undefined): Promise<LeftOver> {
  const { admin } = outside.client
  const bounds = await boundsOf(admin, topic)
  const size = [...bounds.values()].reduce((sum, { low, high }) => sum + Number(high - low), 0)
  const untaken = group === undefined ? undefined : await untakenOf(outside, topic, group, bounds)
  const waiting = untaken && { lag: untaken.reduce((sum, { from, to }) => sum + to - from, 0), untaken }
  return { kind: 'topic', name: topic, size, ...waiting, content: [], complete: false }
}

/**
 * What the group has not taken of `bounds`. A group without a position starts at the end: nothing waits for it. It may
 * have gone beyond `bounds` since they were asked for.
 */
async function untakenOf(
  { client }: Outside,
  topic: string,
  group: string,
  bounds: Bounds,
): Promise<Untaken[] | undefined> {
  try {
    const [committed] = await client.admin.fetchOffsets({ groupId: group, topics: [topic] })
    return (committed?.partitions ?? []).flatMap(({ partition, offset }) => {
      const { low = 0n, high = 0n } = bounds.get(partition) ?? {}
      const at = BigInt(offset)
      const from = at < low ? low : at
      return at < 0n || from >= high ? [] : [{ partition, from: Number(from), to: Number(high) }]
    })
  } catch (error) {
    if (isNotPermitted(error)) return undefined
    throw error
  }
}

/** None where the user may not see groups: the cluster does not say so. */
async function emptyGroups({ client, ended }: Outside, base: string): Promise<LeftOver[]> {
  try {
    const { groups } = await client.admin.listGroups()
    const names = groups.map(({ groupId }) => groupId).filter((name) => isWatchGroup(base, name))
    if (names.length === 0) return []
    const described = await client.admin.describeGroups(names.slice(0, mostGroups))
    return described.groups
      .filter(({ members }) => members.length === 0)
      .map(({ groupId }) => ({ kind: 'group', name: groupId, size: 0, content: [], complete: true }))
  } catch (error) {
    const why = ended()
    if (why) throw why
    if (isNotPermitted(error)) return []
    throw error
  }
}

/** Deletes the records of topics up to their ends, and groups. The topics stay. */
export async function removeRecords(
  outside: Outside,
  base: string,
  names: readonly Pick<LeftOver, 'kind' | 'name'>[],
  signal: AbortSignal,
): Promise<Removal[]> {
  const removals: Removal[] = []
  for (const { kind, name } of names) {
    signal.throwIfAborted()
    const failed = isUnder('kafka', base, name)
      ? await removeOne(outside, kind, name).then(
          () => undefined,
          (error: unknown) => outside.words(asError(error), name),
        )
      : new Error(`${entryText(outside.place.entry)}: ${name} is not under ${base}. It was left alone.`)
    const ended = outside.ended()
    if (ended) throw ended
    removals.push(failed ? { name, ok: false, error: failed.message } : { name, ok: true })
  }
  return removals
}

async function removeOne({ client }: Outside, kind: LeftOver['kind'], name: string): Promise<void> {
  if (kind === 'group') {
    await client.admin.deleteGroups([name])
    return
  }
  const bounds = await boundsOf(client.admin, name)
  const partitions = [...bounds].flatMap(([partition, { low, high }]) =>
    high > low ? [{ partition, offset: `${high}` }] : [],
  )
  if (partitions.length > 0) await client.admin.deleteTopicRecords({ topic: name, partitions })
}
