/** What stands retained under a base, and how it is removed. */
import { randomBytes } from 'node:crypto'
import type { LeftOver, LeftOvers, Removal } from '#main/bridges/inspector'
import { foreignText } from '#main/bridges/message'
import { entryText } from '#shared/broker'
import { everythingUnder, mqttNames } from '#shared/names/build'
import { isUnder } from '#shared/names/parse'
import type { Inbox } from './inspector.ts'
import type { Outside } from './outside.ts'

/** Most messages and characters that are kept. */
const mostFound = 20_000
const mostContent = 32 * 1024 * 1024
/** The broker has sent all when our own message came after it and nothing more for this long, ms. */
const quietMs = 300
/** Longest wait for our own message, ms: without the right to it silence must do. */
const ownMs = 3_000
/** Removals that are not confirmed yet, at most. */
const window = 100

/** Collects what the broker keeps under `base`. Rejects where the connection is lost. */
export async function retainedUnder(
  outside: Outside,
  inbox: Inbox,
  base: string,
  signal: AbortSignal,
): Promise<LeftOvers> {
  const found = new Map<string, LeftOver>()
  let size = 0
  let more = false
  let lastAt = performance.now()
  let own = false
  const mark = mqttNames.test(base, randomBytes(4).toString('hex'))
  const stop = inbox.listen(({ topic, payload, retain }) => {
    if (topic === mark) own = true
    if (!retain || payload.length === 0 || !isUnder('mqtt', base, topic)) return
    lastAt = performance.now()
    if (found.size >= mostFound || size >= mostContent) {
      more = true
      return
    }
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
    const content = foreignText(bytes)
    size += content.length
    const complete = Buffer.byteLength(content) === bytes.length
    found.set(topic, { kind: 'retained', name: topic, size: bytes.length, content: [content], complete })
  })
  try {
    const [filter = ''] = everythingUnder('mqtt', base)
    await outside.subscribe(filter)
    outside.publish(mark, 'end', false, () => {})
    const from = performance.now()
    while (performance.now() - lastAt < quietMs || (!own && performance.now() - from < ownMs)) {
      signal.throwIfAborted()
      const ended = outside.ended()
      if (ended) throw ended
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    outside.unsubscribe(filter)
    const note = own ? '' : 'our own message did not come back, so rights may be missing and more may stand there'
    return { found: [...found.values()], more, note }
  } finally {
    stop()
  }
}

/**
 * Publishes nothing, retained, on each topic, and then looks what still stands: a broker without reasons acknowledges
 * what it drops.
 */
export async function removeRetained(
  outside: Outside,
  inbox: Inbox,
  base: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Removal[]> {
  const errors = new Map<string, string>()
  const entry = entryText(outside.place.entry)
  const wanted = names.filter((name) => {
    if (isUnder('mqtt', base, name)) return true
    errors.set(name, `${entry}: ${name} is not under ${base}. It was left alone.`)
    return false
  })
  for (let i = 0; i < wanted.length; i += window) {
    signal.throwIfAborted()
    await Promise.all(wanted.slice(i, i + window).map((name) => clear(outside, name, errors)))
  }
  const left = await retainedUnder(outside, inbox, base, signal)
  for (const { name } of left.found) {
    if (!errors.has(name))
      errors.set(
        name,
        `${entry}: ${name} still stands. Allow this user to publish there, or does somebody publish it anew?`,
      )
  }
  return names.map((name) => {
    const error = errors.get(name)
    return error === undefined ? { name, ok: true } : { name, ok: false, error }
  })
}

function clear(outside: Outside, topic: string, errors: Map<string, string>): Promise<void> {
  return new Promise((resolve) =>
    outside.publish(topic, '', true, (error) => {
      if (error) errors.set(topic, error.message)
      resolve()
    }),
  )
}
