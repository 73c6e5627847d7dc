/**
 * Check 10: nothing is left of earlier deployments under our base: retained messages, keys, list entries, lag. Only
 * looks, a second time where requests may wait; clearing is asked for apart, after a backup. A name that we do not
 * publish may be a guest's: NOT PROVEN.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LeftOver, LeftOvers } from '#main/bridges/inspector'
import { asError } from '#main/link'
import type { Evidence } from '#shared/isolation-run'
import { kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { derivedNames } from '#shared/names/table'
import { about, type Check, type CheckContext, type Findings, type RunEntry, serves, usable } from './context.ts'
import { mayWait, stillWait } from './still-waits.ts'

/** Most names told of one entry. */
const most = 50

export const leftOversCheck: Check = {
  number: 10,
  needsHolder: false,
  run: async (context): Promise<Findings> => {
    const { entries, evidence } = usable(context, 'connection')
    const found = await Promise.all(entries.map((entry) => look(context, entry)))
    return { evidence: [...evidence, ...found.flat()] }
  },
}

async function look(context: CheckContext, entry: RunEntry): Promise<Evidence[]> {
  context.say(`${entry.key}: what is stored under ${entry.base}`)
  try {
    const { found, more, notes } = await seen(context, entry)
    const ours = namesOf(context)
    const lines = failsFirst(found.flatMap((one) => judge(entry, one, ours)))
    const own = found.length - lines.length
    const published = publishedNames(context, entry)
    const blind = found.some(({ name }) => published.has(name)) ? [] : deaf(context, entry)
    const unseen = [...notes, ...(more ? ['there is more than could be listed'] : []), ...blind]
    const open = unseen.map((text) => about(entry, 'not-proven', 'not seen', text))
    if (lines.length === 0)
      return [about(entry, open.length > 0 ? undefined : 'pass', 'none', `none; ${own} names, all ours`), ...open]
    const cut = lines.length > most ? [about(entry, 'not-proven', 'more', `and ${lines.length - most} more`)] : []
    return [...lines.slice(0, most), ...cut, ...open]
  } catch (error) {
    context.signal.throwIfAborted()
    return [about(entry, 'not-proven', 'not seen', asError(error).message)]
  }
}

/** What is cut from a long list must not change the verdict. */
function failsFirst(lines: readonly Evidence[]): readonly Evidence[] {
  const fails = ({ verdict }: Evidence) => verdict === 'fail'
  return [...lines.filter(fails), ...lines.filter((line) => !fails(line))]
}

interface Seen extends LeftOver {
  /** Requests that wait in it. */
  readonly waiting: number
}

/** What is stored. Where requests may wait, they get the time to be taken; what came since then is not looked at. */
async function seen({ signal, times, say }: CheckContext, entry: RunEntry) {
  const inspector = entry.inspector()
  const first = await inspector.leftOvers(entry.base, signal)
  if (!first.found.some(mayWait))
    return { found: first.found.map((one): Seen => ({ ...one, waiting: 0 })), more: first.more, notes: noted(first) }
  say(`${entry.key}: whether the requests there are taken`)
  await sleep(times.quietMs, undefined, { signal })
  const second = await inspector.leftOvers(entry.base, signal)
  const now = new Map(second.found.map((one) => [one.name, one]))
  return {
    found: first.found.flatMap((one): Seen[] => {
      if (!mayWait(one)) return [{ ...one, waiting: 0 }]
      const later = now.get(one.name)
      return later ? [{ ...one, waiting: stillWait(one, later) }] : []
    }),
    more: first.more || second.more,
    notes: noted(first, second),
  }
}

const noted = (...looks: readonly LeftOvers[]) => [...new Set(looks.flatMap(({ note }) => note || []))]

/** Values and health of ours: where one is seen, what others left would be seen too. */
function publishedNames({ config, identity }: CheckContext, { id }: RunEntry): ReadonlySet<string> {
  const rows = derivedNames(config, identity).filter(
    ({ service, entry }) => service === id.service && entry === id.name,
  )
  return new Set(rows.flatMap(({ purpose, name }) => (purpose === 'tag value' || purpose === 'health' ? [name] : [])))
}

/** Kafka lists topics by their names and says which it may not describe. */
function deaf({ config }: CheckContext, entry: RunEntry): readonly string[] {
  if (entry.id.service === 'kafka') return []
  const publishes = config.plcs.some(({ name, enabled }) => enabled && serves(entry, name))
  return publishes ? ['not even our own values and health are seen there: the right to read them may be missing'] : []
}

/** Names that this configuration publishes now, on any of its entries: one base may stand below another. */
function namesOf({ config, identity, entries }: CheckContext): ReadonlySet<string> {
  const names = derivedNames(config, identity).map(({ name }) => name)
  const claims = entries.flatMap(({ id, base }) =>
    id.service === 'mqtt'
      ? [mqttNames.owner(base)]
      : id.service === 'valkey'
        ? [valkeyNames.owner(base), valkeyNames.holder(base)]
        : [kafkaNames.writersGroup(base)],
  )
  return new Set([...names, ...claims])
}

function judge(entry: RunEntry, { kind, name, waiting }: Seen, ours: ReadonlySet<string>): Evidence[] {
  const line = (verdict: 'fail' | 'not-proven', word: string, text: string) => [about(entry, verdict, word, text, name)]
  // Presence of others is the business of check 2; groups that watch go with their connection.
  if (/[/:]_gw[/:](presence:)?[0-9a-f]{8}-[0-9a-f]{4}$/.test(name) || name.includes('-watch-')) return []
  if (isRequestTopic(entry, name))
    return line('fail', 'stored request', 'a write request is stored at the broker and comes at every subscription')
  if (waiting > 0)
    return line('fail', `${waiting} requests`, `write requests wait in the ${kind === 'list' ? 'list' : 'topic'}`)
  if (ours.has(name)) return []
  return line('not-proven', kind, 'nothing of this configuration publishes it: of an earlier one, or of a guest')
}

function isRequestTopic({ id, base }: RunEntry, name: string): boolean {
  return id.service === 'mqtt' && name.startsWith(`${base}/`) && name.endsWith('/write')
}
