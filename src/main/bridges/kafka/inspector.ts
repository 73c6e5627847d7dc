/** Looks at a Kafka cluster without taking part. Each call has a connection of its own. */
import type { BridgeContext } from '#main/bridges/bridge'
import type { Clock, Inspector, Members, SeenMessage, Watch } from '#main/bridges/inspector'
import { testLines } from '#main/bridges/probe'
import { unlessAborted } from '#main/bridges/unless-aborted'
import { joinAddress, splitAddress } from '#shared/address'
import { entryText } from '#shared/broker'
import type { KafkaConfig } from '#shared/config'
import { kafkaNames } from '#shared/names/build'
import { whoOfClientId } from '#shared/names/parse'
import { inWords, isNotPermitted, type Place, problem } from './errors.ts'
import { recordsUnder, removeRecords } from './left-overs.ts'
import { type Outside, openOutside, placeOf } from './outside.ts'
import { rightsUnder } from './rights.ts'
import { tlsOptions } from './tls.ts'
import { openWatch, type WatchedRecord } from './watch.ts'

/** The inspector of one `kafka` entry. Nothing connects yet. */
export function createKafkaInspector(entry: KafkaConfig, context: BridgeContext): Inspector {
  const place = placeOf(entry, context)
  const groupOf = (base: string) => (base === place.base ? place.group : kafkaNames.writersGroup(base))

  async function using<T>(signal: AbortSignal, work: (outside: Outside) => Promise<T>): Promise<T> {
    const outside = await openOutside(entry, context, signal)
    try {
      const gone = outside.lost.then((error) => {
        throw error
      })
      return await unlessAborted(Promise.race([work(outside), gone]), signal)
    } catch (error) {
      throw signal.aborted ? error : outside.words(error)
    } finally {
      await outside.close()
    }
  }

  async function watch(
    filters: readonly string[],
    onMessage: Parameters<Inspector['watch']>[1],
    signal: AbortSignal,
  ): Promise<Watch> {
    const outside = await openOutside(entry, context, signal)
    let close = outside.close
    try {
      const { topics, missing } = await unlessAborted(matching(outside, filters), signal)
      const note = missing.length > 0 ? `not there, or not allowed: ${missing.join(', ')}` : ''
      if (topics.length === 0)
        throw problem(place, { what: `no topic to watch (${note})`, hint: 'Check the names and the rights' })
      const group = outside.watchGroup()
      const { client } = outside
      const opened = openWatch({
        ...{ consumer: client.consumer(group), admin: client.admin, group, topics },
        onRecord: (record) => onMessage(seen(record)),
        onLost: (error) => outside.fail(outside.words(error, topics.join(', '))),
      })
      const watching = await unlessAborted(opened, signal)
      close = async () => {
        if (!outside.ended()) await watching.close()
        await outside.close()
      }
      const onAbort = () => void close()
      signal.addEventListener('abort', onAbort, { once: true })
      void outside.lost.then(() => signal.removeEventListener('abort', onAbort))
      return { lost: outside.lost, close, note }
    } catch (error) {
      const told = signal.aborted ? error : outside.words(error)
      await close()
      throw told
    }
  }

  const rights = (base: string, signal: AbortSignal) =>
    using(signal, (outside) => rightsUnder(outside, base, groupOf(base)))

  return {
    watch,
    rights,
    reach: (base, _names, signal) => rights(base, signal),
    test: (signal) =>
      testLines(
        {
          targets: entry.brokers.flatMap((text) => splitAddress(text, 9092) ?? []),
          tls: async (target) => withServerName(await tlsOptions(entry), target.host),
          words: (target, error) => inWords(place, error, new Map([[joinAddress(target), error]])),
          login: (signal) => using(signal, (outside) => loginText(outside)),
          rights: (signal) => rights(place.base, signal),
        },
        signal,
      ),
    members: (base, signal) => using(signal, (outside) => membersOf(outside, base, groupOf(base), context.who)),
    leftOvers: (base, signal) => using(signal, (outside) => recordsUnder(outside, base, groupOf(base), signal)),
    remove: (base, names, signal) => using(signal, (outside) => removeRecords(outside, base, names, signal)),
    clock: async (): Promise<Clock> => ({
      kind: 'unproven',
      text: `${entryText(place.entry)}: Kafka does not tell its time. Compare the clocks of the machines by other means.`,
      rules: [],
    }),
  }
}

function withServerName(options: Awaited<ReturnType<typeof tlsOptions>>, host: string) {
  return options && { ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }), ...options }
}

/** Names as they are, where they are there; a final `*` stands for anything. */
async function matching({ client, place, words }: Outside, filters: readonly string[]) {
  const { topics } = await client.admin.fetchTopicMetadata().catch((error: unknown) => {
    throw words(error)
  })
  const known = topics.map(({ name }) => name).filter((name) => !name.startsWith('__'))
  const missing: string[] = []
  const found = new Set<string>()
  for (const filter of filters) {
    const head = filter.endsWith('*') ? filter.slice(0, -1) : undefined
    const own = known.filter((name) => (head === undefined ? name === filter : name.startsWith(head)))
    if (own.length === 0) missing.push(filter)
    for (const name of own) found.add(name)
  }
  return { topics: [...found], missing, place }
}

function seen({ topic, message: { key, value, headers } }: WatchedRecord): SeenMessage {
  const texts = Object.entries(headers ?? {}).map(([name, header]) => [name, String([header].flat().at(-1) ?? '')])
  return {
    address: topic,
    ...(key && { key: key.toString() }),
    ...(texts.length > 0 && { headers: Object.fromEntries(texts) as Record<string, string> }),
    payload: value ?? new Uint8Array(),
    at: Date.now(),
    retained: false,
  }
}

async function loginText({ client, place }: Outside): Promise<string> {
  const { brokers } = await client.admin.describeCluster()
  const as = place.user === undefined ? 'without a login' : `as "${place.user}"`
  return `connected ${as}; the cluster has ${brokers.length} brokers: ${brokers.map(joinAddress).join(', ')}`
}

async function membersOf(outside: Outside, base: string, group: string, self: string): Promise<Members> {
  try {
    const { groups } = await outside.client.admin.describeGroups([group])
    const members = (groups[0]?.members ?? []).map(({ clientId, clientHost }) => {
      const known = whoOfClientId(base, clientId)
      const host = clientHost.replace(/^\//, '')
      return { client: clientId, ...(known && { who: known.who }), host, doing: group, self: known?.who === self }
    })
    return { kind: 'seen', members, more: false }
  } catch (error) {
    if (!isNotPermitted(error)) throw outside.words(error, group)
    return { kind: 'unproven', text: outside.words(error, group).message, rules: [describeRule(outside.place, group)] }
  }
}

function describeRule({ brokers, user }: Place, group: string): string {
  return `kafka-acls --bootstrap-server ${brokers[0]} --add --allow-principal User:${user ?? 'ANONYMOUS'} --operation Describe --group ${group}`
}
