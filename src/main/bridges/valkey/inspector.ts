/** Looks at a Valkey or Redis server without taking part. Each call has a connection of its own. */
import type { BridgeContext } from '#main/bridges/bridge'
import type { Clock, Inspector, Member, Members, Watch } from '#main/bridges/inspector'
import type { Unproven } from '#main/bridges/lease'
import { testLines } from '#main/bridges/probe'
import { unlessAborted } from '#main/bridges/unless-aborted'
import type { ValkeyConfig } from '#shared/config'
import { isClientId, whoOfClientId } from '#shared/names/parse'
import { inWords, isNotPermitted } from './errors.ts'
import { removeKeys, storedUnder } from './left-overs.ts'
import { type Outside, openOutside, placeOf } from './outside.ts'
import { rightsUnder } from './rights.ts'
import { parseAddress, tlsOptions } from './tls.ts'

/** Most clients that are listed. */
const mostMembers = 1_000
/** Questions for the time; the one that was answered soonest says most. */
const clockRounds = 5

/** The inspector of one `valkey` entry. Nothing connects yet. */
export function createValkeyInspector(entry: ValkeyConfig, context: BridgeContext): Inspector {
  const place = placeOf(entry, context)

  async function using<T>(signal: AbortSignal, work: (outside: Outside) => Promise<T>): Promise<T> {
    const outside = await openOutside(entry, context, signal)
    try {
      return await unlessAborted(work(outside), signal)
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
    const { redis } = outside
    redis.on('pmessageBuffer', (_: unknown, channel: Buffer, payload: Buffer) =>
      onMessage({ address: channel.toString(), payload, at: Date.now(), retained: false }),
    )
    const onAbort = () => void outside.close()
    try {
      await unlessAborted(redis.psubscribe(...filters), signal)
      signal.addEventListener('abort', onAbort, { once: true })
      void outside.lost.then(() => signal.removeEventListener('abort', onAbort))
      return { lost: outside.lost, close: outside.close, note: '' }
    } catch (error) {
      const told = signal.aborted ? error : outside.words(error)
      await outside.close()
      throw told
    }
  }

  const rights = (base: string, signal: AbortSignal) => using(signal, (outside) => rightsUnder(outside, base))

  return {
    watch,
    rights,
    reach: (base, _names, signal) => rights(base, signal),
    test: (signal) =>
      testLines(
        {
          targets: [parseAddress(entry.address)],
          tls: () => tlsOptions(entry),
          words: (_, error) => inWords(place, error),
          login: (signal) => using(signal, (outside) => loginText(outside)),
          rights: (signal) => rights(place.base, signal),
        },
        signal,
      ),
    members: (base, signal) => using(signal, (outside) => membersOf(outside, base, context.who)),
    leftOvers: (base, signal) => using(signal, (outside) => storedUnder(outside, base, signal)),
    remove: (base, names, signal) =>
      using(signal, (outside) =>
        removeKeys(
          outside,
          base,
          names.map(({ name }) => name),
          signal,
        ),
      ),
    clock: (signal) => using(signal, clockOf),
  }
}

async function loginText({ redis, place }: Outside): Promise<string> {
  const version = await redis.info('server').then(
    (info) => /^(?:valkey_version|redis_version):(\S+)/m.exec(info)?.[1],
    () => undefined,
  )
  return `logged in as "${place.user}", database ${place.database}${version ? `, version ${version}` : ''}`
}

/** Gateways of the base by their names, and whoever waits at a list: the server does not tell at which. */
async function membersOf(outside: Outside, base: string, self: string): Promise<Members> {
  try {
    const list = String(await outside.redis.client('LIST'))
    const found = list.split('\n').flatMap((line) => memberOf(line, base, self))
    return { kind: 'seen', members: found.slice(0, mostMembers), more: found.length > mostMembers }
  } catch (error) {
    if (isNotPermitted(error)) return unproven(outside, error, '+client|list')
    throw outside.words(error)
  }
}

/** `id=3 addr=127.0.0.1:50000 … name=… cmd=blpop …` */
function memberOf(line: string, base: string, self: string): Member[] {
  const facts = new Map(
    line.split(' ').map((fact): [string, string] => {
      const at = fact.indexOf('=')
      return [fact.slice(0, at), fact.slice(at + 1)]
    }),
  )
  const client = facts.get('name') ?? ''
  const doing = facts.get('cmd') ?? ''
  const known = whoOfClientId(base, client)
  // A gateway of another site waits at its own list.
  if (!known && (doing !== 'blpop' || isClientId(client))) return []
  const host = facts.get('addr') ?? ''
  return [{ client, ...(known && { who: known.who }), host, doing, self: known?.who === self }]
}

async function clockOf(outside: Outside): Promise<Clock> {
  let best: { readonly offsetMs: number; readonly uncertaintyMs: number } | undefined
  try {
    for (let round = 0; round < clockRounds; round++) {
      const [before, from] = [Date.now(), performance.now()]
      const [seconds, micros] = await outside.redis.time()
      const tookMs = performance.now() - from
      const offsetMs = Number(seconds) * 1_000 + Number(micros) / 1_000 - (before + tookMs / 2)
      // Our own clock is read in whole ms.
      const uncertaintyMs = tookMs / 2 + 1
      if (!best || uncertaintyMs < best.uncertaintyMs) best = { offsetMs, uncertaintyMs }
    }
  } catch (error) {
    if (isNotPermitted(error)) return unproven(outside, error, '+time')
    throw outside.words(error)
  }
  return { kind: 'known', ...(best ?? { offsetMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY }) }
}

function unproven(outside: Outside, error: unknown, right: string): Unproven {
  return {
    kind: 'unproven',
    text: outside.words(error).message,
    rules: [`ACL SETUSER ${outside.place.user} ${right}`],
  }
}
