/**
 * What every inspector must do, whatever its broker. In goes a fixture that can act on the broker from outside; each
 * broker's own test file calls `inspectorContract` and adds what is special to it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Bridge } from '#main/bridges/bridge'
import { type Inspector, type SeenMessage, type TestLine, testSteps } from '#main/bridges/inspector'
import type { Service } from '#shared/broker'
import { everythingUnder } from '#shared/names/build'

export interface InspectorFixture {
  readonly service: Service
  /** The text every error begins with: `mqtt "Contract"`. */
  readonly entry: string
  /** Of the gateway `11111111-aaaa`. */
  inspector(namespace: string): Inspector
  /** A gateway `11111111-aaaa`; on Kafka it has to listen to be a member. */
  bridge(namespace: string): Bridge
  prepare?(base: string): Promise<void>
  /** An outside client sends something under the base; gives where it is seen. */
  publish(base: string, payload: string): Promise<string>
  /** Puts there what deployments leave behind; gives kind and name of each, and its content where the broker keeps it. */
  plant(base: string): Promise<readonly { readonly kind: string; readonly name: string; readonly content?: string }[]>
  /** Connections, groups and stored things that are still there and come from an inspector. */
  leftBehind(base: string): Promise<readonly string[]>
  readonly tellsMembers: boolean
  readonly tellsTime: boolean
  /** An entry with a wrong password; one at a port where nobody listens; one whose user may do nothing under its base. */
  wrongLogin(namespace: string): Inspector
  unreachable(namespace: string): Inspector
  withoutRights(namespace: string): Promise<Inspector>
  cut(): Promise<void>
  restore(): Promise<void>
  stop(): Promise<void>
}

const limitMs = 20_000
const testMs = 120_000
const quietMs = 300
const never = new AbortController().signal
let names = 0

/** Registers the contract's tests for one broker. `start` runs once before them. */
export function inspectorContract(title: string, start: () => Promise<InspectorFixture>): void {
  describe(`${title} keeps the contract of an inspector`, { timeout: testMs }, () => {
    let fixture: InspectorFixture
    const open: { close(): Promise<void> }[] = []

    beforeAll(async () => {
      fixture = await start()
    }, testMs)
    afterEach(async () => {
      await Promise.all(open.splice(0).map((one) => one.close()))
    })
    afterAll(() => fixture?.stop(), testMs)

    async function base(): Promise<string> {
      const namespace = `site-${process.pid}-${++names}`
      await fixture.prepare?.(namespace)
      return namespace
    }

    async function watching(namespace: string, inspector: Inspector, signal = never) {
      const seen: SeenMessage[] = []
      const filters = everythingUnder(fixture.service, namespace)
      const watch = await inspector.watch(filters, (message) => seen.push(message), signal)
      open.push(watch)
      return { watch, seen, live: () => seen.filter(({ retained }) => !retained) }
    }

    test('sees everything that arrives from then on, in order and untouched', async () => {
      const namespace = await base()
      await fixture.publish(namespace, 'before')
      const { live, watch } = await watching(namespace, fixture.inspector(namespace))
      expect(watch.note).toBe('')
      const payloads = Array.from({ length: 50 }, (_, i) => `${i} Größe \u{1F600}`)
      let address = ''
      for (const payload of payloads) address = await fixture.publish(namespace, payload)
      await waitFor(() => live().length === payloads.length, 'all messages are seen')
      expect(live().map(({ payload }) => Buffer.from(payload).toString())).toEqual(payloads)
      expect(new Set(live().map((message) => message.address))).toEqual(new Set([address]))
      for (const { at } of live()) expect(Math.abs(Date.now() - at)).toBeLessThan(limitMs)
    })

    test('sees nothing after its signal aborted, and nothing of other bases', async () => {
      const [namespace, other] = [await base(), await base()]
      const stop = new AbortController()
      const { live, watch } = await watching(namespace, fixture.inspector(namespace), stop.signal)
      await fixture.publish(other, 'other')
      await fixture.publish(namespace, 'ours')
      await waitFor(() => live().length === 1, 'our message is seen')
      stop.abort(new Error('enough'))
      await watch.lost
      await fixture.publish(namespace, 'late')
      await quiet()
      expect(live().map(({ payload }) => Buffer.from(payload).toString())).toEqual(['ours'])
      await Promise.all([watch.close(), watch.close()])
      await vi.waitFor(async () => expect(await fixture.leftBehind(namespace)).toEqual([]), 8_000)
    })

    test('tells once in words that a watch is lost, and watches again afterwards', async () => {
      const namespace = await base()
      const inspector = fixture.inspector(namespace)
      const first = await watching(namespace, inspector)
      await fixture.cut()
      try {
        const { message } = await first.watch.lost
        expect(message.startsWith(`${fixture.entry}: `), message).toBe(true)
        const refused = await watching(namespace, inspector).catch((error: Error) => error)
        expect(refused instanceof Error && refused.message.startsWith(`${fixture.entry}: `)).toBe(true)
      } finally {
        await fixture.restore()
      }
      await fixture.prepare?.(namespace)
      const again = await watching(namespace, inspector)
      await fixture.publish(namespace, 'again')
      await waitFor(() => again.live().length === 1, 'a message is seen again')
    })

    test('tries an entry step by step, and leaves nothing behind', async () => {
      const namespace = await base()
      const lines = await all(fixture.inspector(namespace).test(never))
      expect(lines.filter(({ result }) => result === 'failed')).toEqual([])
      expect([...new Set(lines.map(({ step }) => step))]).toEqual([...testSteps])
      expect(lines.find(({ step }) => step === 'login')?.result).toBe('ok')
      expect(lines.filter(({ step }) => step === 'rights').some(({ result }) => result === 'ok')).toBe(true)
      for (const { text } of lines) expect(text).not.toBe('')
      await vi.waitFor(async () => expect(await fixture.leftBehind(namespace)).toEqual([]), 8_000)
    })

    test('ends the trial at the first step that fails, with what to do', async () => {
      const namespace = await base()
      const login = await all(fixture.wrongLogin(namespace).test(never))
      expect(login.at(-1)).toMatchObject({ step: 'login', result: 'failed' })
      expect(login.at(-1)?.text.startsWith(`${fixture.entry}: `), login.at(-1)?.text).toBe(true)
      const down = await all(fixture.unreachable(namespace).test(never))
      expect(down.at(-1)).toMatchObject({ result: 'failed' })
      expect(down.at(-1)?.text.startsWith(`${fixture.entry}: `), down.at(-1)?.text).toBe(true)
      expect(down.some(({ step, result }) => step === 'login' && result === 'ok')).toBe(false)
    })

    test('finds rights by what the broker does', async () => {
      const namespace = await base()
      const rights = await fixture.inspector(namespace).rights(namespace, never)
      expect(rights.filter(({ allowed }) => allowed === false)).toEqual([])
      expect(rights.some(({ allowed }) => allowed === true)).toBe(true)
      const without = await (await fixture.withoutRights(namespace)).rights(namespace, never)
      expect(without.filter(({ allowed }) => allowed === true)).toEqual([])
      const missing = without.filter(({ allowed }) => allowed === false)
      expect(missing.length).toBeGreaterThan(0)
      for (const { text } of missing) expect(text.startsWith(`${fixture.entry}: `), text).toBe(true)
    })

    test('finds what it can reach under another base, and leaves nothing there', async () => {
      for (const names of ['real', 'test'] as const) {
        const [namespace, other] = [await base(), await base()]
        const reached = await fixture.inspector(namespace).reach(other, names, never)
        expect(reached.some(({ allowed }) => allowed === true)).toBe(true)
        const without = await (await fixture.withoutRights(other)).reach(other, names, never)
        expect(without.filter(({ allowed }) => allowed === true)).toEqual([])
        for (const { text } of without.filter(({ allowed }) => allowed === false))
          expect(text.startsWith(`${fixture.entry}: `), text).toBe(true)
        await vi.waitFor(async () => expect(await fixture.leftBehind(other)).toEqual([]), 8_000)
      }
    })

    test('finds what was left behind, and removes what it is told to and nothing else', async () => {
      const [namespace, other] = [await base(), await base()]
      const planted = await fixture.plant(namespace)
      const foreign = await fixture.plant(other)
      const inspector = fixture.inspector(namespace)
      const { found, more } = await inspector.leftOvers(namespace, never)
      expect(more).toBe(false)
      expect(found.map(({ kind, name }) => ({ kind, name })).sort(byName)).toEqual(
        planted.map(({ kind, name }) => ({ kind, name })).sort(byName),
      )
      for (const { name, content } of planted)
        if (content !== undefined) expect(found.find((one) => one.name === name)?.content).toContain(content)
      const [first, ...rest] = found
      if (!first) throw new Error('nothing was found')
      const outsider = { kind: first.kind, name: foreign[0]?.name ?? '' }
      const removals = await inspector.remove(namespace, [first, outsider], never)
      expect(removals).toMatchObject([
        { name: first.name, ok: true },
        { name: outsider.name, ok: false },
      ])
      const left = async (of: string) => (await inspector.leftOvers(of, never)).found.map(({ name }) => name).sort()
      await vi.waitFor(async () => expect(await left(namespace)).toEqual(rest.map(({ name }) => name).sort()), limitMs)
      expect(await left(other)).toEqual(foreign.map(({ name }) => name).sort())
    })

    test('says who is there, or that the broker does not tell', async () => {
      const namespace = await base()
      const connection = await fixture.bridge(namespace).connect({ signal: never })
      open.push(connection)
      await connection.listen(() => Promise.resolve({ settle: () => {} }), never)
      const members = await fixture.inspector(namespace).members(namespace, never)
      expect(members.kind).toBe(fixture.tellsMembers ? 'seen' : 'unproven')
      if (members.kind === 'seen') {
        expect(members.members.some(({ who, self }) => who === '11111111-aaaa' && self)).toBe(true)
        for (const { host } of members.members) expect(host).toMatch(/^127\.0\.0\.1/)
      } else expect(members.text.startsWith(`${fixture.entry}: `), members.text).toBe(true)
    })

    test('says how far the clock of the broker is off, or that it does not tell', async () => {
      const clock = await fixture.inspector(await base()).clock(never)
      expect(clock.kind).toBe(fixture.tellsTime ? 'known' : 'unproven')
      if (clock.kind === 'known') {
        expect(Math.abs(clock.offsetMs)).toBeLessThanOrEqual(clock.uncertaintyMs)
        expect(clock.uncertaintyMs).toBeLessThan(1_000)
      } else expect(clock.text.startsWith(`${fixture.entry}: `), clock.text).toBe(true)
    })

    test('gives up when told to', async () => {
      const namespace = await base()
      const inspector = fixture.inspector(namespace)
      const gone = AbortSignal.abort(new Error('stopped'))
      await expect(inspector.watch(everythingUnder(fixture.service, namespace), () => {}, gone)).rejects.toThrow(
        'stopped',
      )
      await expect(inspector.leftOvers(namespace, gone)).rejects.toThrow('stopped')
      await expect(inspector.rights(namespace, gone)).rejects.toThrow('stopped')
      await expect(inspector.remove(namespace, [], gone)).rejects.toThrow('stopped')
      const lines = await all(inspector.test(gone))
      expect(lines.filter(({ result }) => result === 'failed')).toEqual([])
    })
  })
}

async function all(lines: AsyncIterable<TestLine>): Promise<TestLine[]> {
  const list: TestLine[] = []
  for await (const line of lines) list.push(line)
  return list
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1)
const quiet = () => new Promise((resolve) => setTimeout(resolve, quietMs))

async function waitFor(condition: () => boolean, what: string): Promise<void> {
  const reached = await vi.waitUntil(condition, { timeout: limitMs, interval: 5 }).catch(() => false)
  if (!reached) throw new Error(`not within ${limitMs} ms: ${what}`)
}
