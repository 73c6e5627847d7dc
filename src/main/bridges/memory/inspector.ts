/** Looks at a broker in this process without taking part. Each call has a connection of its own. */
import { randomBytes } from 'node:crypto'
import type { BridgeContext } from '#main/bridges/bridge'
import type { Clock, Inspector, LeftOver, Members, Removal, Right, TestLine, Watch } from '#main/bridges/inspector'
import { unlessAborted } from '#main/bridges/unless-aborted'
import { asError } from '#main/link'
import { entryText } from '#shared/broker'
import type { MqttConfig } from '#shared/config'
import { base as baseOf, mqttNames } from '#shared/names/build'
import { isUnder } from '#shared/names/parse'
import type { MemoryBroker, MemoryMessage } from './broker.ts'
import { type Outside, openOutside } from './outside.ts'

/** Longest wait for our own message, ms. */
const deliveryMs = 500

/** The inspector of one entry on `broker`. */
export function createMemoryInspector(
  config: Pick<MqttConfig, 'name' | 'selector'>,
  context: BridgeContext,
  broker: MemoryBroker,
): Inspector {
  const name = entryText({ service: 'mqtt', name: config.name })
  const ownBase = baseOf('mqtt', context.namespace, config.selector)
  const unproven = (why: string) => ({ kind: 'unproven', text: `${name}: ${why}`, rules: [] }) as const

  async function using<T>(
    signal: AbortSignal,
    onMessage: (message: MemoryMessage) => void,
    work: (outside: Outside) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted()
    const outside = openOutside(config, context, broker, onMessage)
    try {
      return await unlessAborted(work(outside), signal)
    } finally {
      await outside.close()
    }
  }

  async function rights(base: string, signal: AbortSignal): Promise<readonly Right[]> {
    const topic = mqttNames.test(base, randomBytes(4).toString('hex'))
    let back: (allowed: boolean) => void = () => {}
    const allowed = new Promise<boolean>((resolve) => {
      back = resolve
    })
    const delivered = await using(
      signal,
      () => back(true),
      async ({ session }) => {
        await session.subscribe(topic)
        session.publish({ address: topic, payload: 'test', retained: false }, () => {})
        const timer = setTimeout(() => back(false), deliveryMs)
        const result = await allowed
        clearTimeout(timer)
        return result
      },
    )
    const missing = `${name}: a message on ${topic} did not come back. Add: topic readwrite ${base}/#`
    const text = delivered ? `may publish and read under ${base}` : missing
    return [{ action: 'both', name: topic, allowed: delivered, text }]
  }

  async function* test(signal: AbortSignal): AsyncGenerator<TestLine, void, undefined> {
    for (const step of ['name', 'tcp', 'tls'] as const)
      yield { step, result: 'unknown', text: 'this broker is in the same process' }
    try {
      await using(
        signal,
        () => {},
        async () => {},
      )
    } catch (error) {
      if (!signal.aborted) yield { step: 'login', result: 'failed', text: asError(error).message }
      return
    }
    yield { step: 'login', result: 'ok', text: 'connected' }
    for (const { allowed, text } of await rights(ownBase, signal))
      yield { step: 'rights', result: allowed ? 'ok' : 'failed', text }
  }

  async function watch(
    filters: readonly string[],
    onMessage: Parameters<Inspector['watch']>[1],
    signal: AbortSignal,
  ): Promise<Watch> {
    signal.throwIfAborted()
    const outside = openOutside(config, context, broker, ({ address, payload, stored = false }) =>
      onMessage({ address, payload: Buffer.from(payload), at: Date.now(), retained: stored }),
    )
    const onAbort = () => void outside.close()
    try {
      for (const filter of filters) await unlessAborted(outside.session.subscribe(filter, { stored: true }), signal)
    } catch (error) {
      await outside.close()
      throw error
    }
    signal.addEventListener('abort', onAbort, { once: true })
    void outside.lost.then(() => signal.removeEventListener('abort', onAbort))
    return { lost: outside.lost, close: outside.close, note: '' }
  }

  async function remove(base: string, names: readonly Pick<LeftOver, 'name'>[], signal: AbortSignal) {
    return using(
      signal,
      () => {},
      async ({ session }) => {
        const removals: Removal[] = []
        for (const { name: topic } of names) {
          if (!isUnder('mqtt', base, topic)) {
            removals.push({
              name: topic,
              ok: false,
              error: `${name}: ${topic} is not under ${base}. It was left alone.`,
            })
            continue
          }
          await new Promise<void>((resolve) =>
            session.publish({ address: topic, payload: '', retained: true }, () => resolve()),
          )
          removals.push({ name: topic, ok: true })
        }
        return removals
      },
    )
  }

  return {
    watch,
    test,
    rights,
    reach: (base, _names, signal) => rights(base, signal),
    members: async (): Promise<Members> => unproven('this broker tells nobody who else is connected.'),
    leftOvers: async (base, signal) => {
      signal.throwIfAborted()
      const found = [...broker.retained].flatMap(([topic, content]): LeftOver[] =>
        isUnder('mqtt', base, topic)
          ? [{ kind: 'retained', name: topic, size: Buffer.byteLength(content), content: [content], complete: true }]
          : [],
      )
      return { found, more: false, note: '' }
    },
    remove,
    clock: async (): Promise<Clock> => unproven('this broker has no clock of its own.'),
  }
}
