/**
 * What every requester must do, whatever its broker. In goes a fixture that can act as the gateway on the broker; each
 * broker's own test file calls `requesterContract` and adds what is special to it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Bridge, BridgeConnection, Take } from '#main/bridges/bridge'
import type { Hop, Requester, RequestToSend } from '#main/bridges/requester'

export interface RequesterFixture {
  /** The text every error begins with: `mqtt "Contract"`. */
  readonly entry: string
  requester(namespace: string): Requester
  /** The gateway that takes the requests. */
  bridge(namespace: string): Bridge
  prepare?(base: string): Promise<void>
  /** Where a request for this PLC goes, and where its answer comes from. */
  address(base: string, plc: string): string
  replyTo(base: string, plc: string): string
  /** An address at which the broker refuses a request, or which it can't take. */
  readonly impossible: string
  /** What of our requester is still at the broker: connections, groups, entries of lists, retained requests. */
  leftBehind(base: string): Promise<readonly string[]>
  /** Whether a request that nobody takes is withdrawn. */
  readonly withdraws: boolean
  /** Whether the broker tells that a request was taken from it. */
  readonly collects: boolean
  cut(): Promise<void>
  restore(): Promise<void>
  /** A requester whose user may connect and not send. */
  withoutRights(namespace: string): Promise<Requester>
  stop(): Promise<void>
}

const testMs = 120_000
const never = new AbortController().signal
let names = 0

/** Registers the contract's tests for one broker. `start` runs once before them. */
export function requesterContract(title: string, start: () => Promise<RequesterFixture>): void {
  describe(`${title} keeps the contract of a requester`, { timeout: testMs }, () => {
    let fixture: RequesterFixture
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

    function requester(namespace: string): Requester {
      const made = fixture.requester(namespace)
      open.push(made)
      return made
    }

    /** Takes requests and answers each with its own text, `times` times. */
    async function gateway(namespace: string, times = 1): Promise<string[]> {
      const connection = await fixture.bridge(namespace).connect({ signal: never })
      open.push(connection)
      const taken: string[] = []
      await connection.listen(answering(connection, taken, times), never)
      return taken
    }

    const request = (namespace: string, n: number, more: Partial<RequestToSend> = {}): RequestToSend => ({
      address: fixture.address(namespace, 'Main PLC'),
      payload: JSON.stringify({ plc: 'Main PLC', n }),
      key: 'Main PLC.T',
      isAnswer: (payload) => payload.includes(`"n":${n}}`),
      timeoutMs: 10_000,
      ...more,
    })

    test('tells the way of a request in time order: sent, taken, answered', async () => {
      const namespace = await base()
      const taken = await gateway(namespace)
      const ours = requester(namespace)
      const from = Date.now()
      const hops = await all(ours.send(request(namespace, 1), never))
      expect(hops.map(({ kind }) => kind).filter((kind) => kind !== 'collected')).toEqual(
        expect.arrayContaining(['sent', 'taken', 'response']),
      )
      expect(hops[0]?.kind).toBe('sent')
      expect(hops.at(-1)).toMatchObject({
        kind: 'response',
        address: fixture.replyTo(namespace, 'Main PLC'),
        payload: expect.stringContaining('"n":1}'),
      })
      const times = hops.map(({ at }) => at)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(times[0]).toBeGreaterThanOrEqual(from)
      expect(taken).toEqual(['{"plc":"Main PLC","n":1}'])
    })

    test('tells apart the answers of requests that are under way together', async () => {
      const namespace = await base()
      await gateway(namespace)
      const ours = requester(namespace)
      const numbers = Array.from({ length: 20 }, (_, i) => i)
      const answers = await Promise.all(
        numbers.map(async (n) => (await all(ours.send(request(namespace, n), never))).at(-1)),
      )
      for (const n of numbers) expect(answers[n]).toMatchObject({ payload: expect.stringContaining(`"n":${n}}`) })
    })

    test('goes on listening for a second answer when asked to', async () => {
      const namespace = await base()
      await gateway(namespace, 2)
      const ours = requester(namespace)
      const once = await all(ours.send(request(namespace, 1), never))
      expect(kinds(once, 'response')).toBe(1)
      const both = await all(ours.send(request(namespace, 2, { lingerMs: 500 }), never))
      expect(kinds(both, 'response')).toBe(2)
    })

    test('sends what is wrong on purpose as it is', async () => {
      const namespace = await base()
      const taken = await gateway(namespace)
      const payload = 'no JSON: \u{1F600} "n":9}'
      const hops = await all(requester(namespace).send(request(namespace, 9, { payload }), never))
      expect(hops.at(-1)?.kind).toBe('response')
      expect(taken).toEqual([payload])
    })

    test('says when nobody answers within the time, and leaves nothing behind', async () => {
      const namespace = await base()
      const ours = requester(namespace)
      const from = performance.now()
      const hops = await all(ours.send(request(namespace, 1, { timeoutMs: 400 }), never))
      expect(performance.now() - from).toBeGreaterThan(390)
      expect(hops[0]?.kind).toBe('sent')
      expect(kinds(hops, 'taken')).toBe(1)
      expect(hops.at(-1)).toMatchObject({ kind: 'unanswered', ...(fixture.withdraws && { withdrawn: true }) })
      await ours.close()
      await vi.waitFor(async () => expect(await fixture.leftBehind(namespace)).toEqual([]), 5_000)
    })

    test('tells that a request was taken from the broker where it can know', async () => {
      const namespace = await base()
      const connection = await fixture.bridge(namespace).connect({ signal: never })
      open.push(connection)
      const taken: string[] = []
      await connection.listen(answering(connection, taken, 0), never)
      const hops = await all(requester(namespace).send(request(namespace, 1, { timeoutMs: 1_500 }), never))
      expect(taken.length).toBe(1)
      expect(kinds(hops, 'collected')).toBe(fixture.collects ? 1 : 0)
      expect(hops.at(-1)).toEqual({ kind: 'unanswered', at: expect.any(Number) })
    })

    test('ends without a further hop when told to, and leaves nothing behind', async () => {
      const namespace = await base()
      const ours = requester(namespace)
      const stop = new AbortController()
      const hops: Hop[] = []
      for await (const hop of ours.send(request(namespace, 1), stop.signal)) {
        hops.push(hop)
        if (hop.kind === 'taken') stop.abort(new Error('enough'))
      }
      expect(hops.at(-1)?.kind).toBe('taken')
      for await (const hop of ours.send(request(namespace, 2), never)) if (hop.kind === 'taken') break
      expect(await all(ours.send(request(namespace, 3), AbortSignal.abort(new Error('before'))))).toEqual([])
      await ours.close()
      await vi.waitFor(async () => expect(await fixture.leftBehind(namespace)).toEqual([]), 5_000)
    })

    test('fails in words at an address the broker does not take, and goes on', async () => {
      const namespace = await base()
      await gateway(namespace)
      const ours = requester(namespace)
      const hops = await all(ours.send(request(namespace, 1, { address: fixture.impossible }), never))
      expect(hops.at(-1)?.kind).toBe('failed')
      expect(errorOf(hops).startsWith(`${fixture.entry}: `), errorOf(hops)).toBe(true)
      expect((await all(ours.send(request(namespace, 2), never))).at(-1)?.kind).toBe('response')
    })

    test('fails in words when the connection is lost, and connects anew for the next request', async () => {
      const namespace = await base()
      const ours = requester(namespace)
      const hops: Hop[] = []
      const cutting = (async () => {
        for await (const hop of ours.send(request(namespace, 1), never)) {
          hops.push(hop)
          if (hop.kind === 'taken') await fixture.cut()
        }
      })()
      try {
        await cutting
        expect(hops.at(-1)?.kind).toBe('failed')
        expect(errorOf(hops).startsWith(`${fixture.entry}: `), errorOf(hops)).toBe(true)
        const down = await all(ours.send(request(namespace, 2), never))
        expect(down.map(({ kind }) => kind)).toEqual(['failed'])
        expect(errorOf(down).startsWith(`${fixture.entry}: `), errorOf(down)).toBe(true)
      } finally {
        await fixture.restore()
      }
      await gateway(namespace)
      const again = await all(ours.send(request(namespace, 3), never))
      expect(again.at(-1)?.kind).toBe('response')
    })

    test('says that it may not send', async () => {
      const namespace = await base()
      const ours = await fixture.withoutRights(namespace)
      open.push(ours)
      const hops = await all(ours.send(request(namespace, 1, { timeoutMs: 4_000 }), never))
      expect(hops.at(-1)?.kind, JSON.stringify(hops)).toBe('failed')
      expect(errorOf(hops).startsWith(`${fixture.entry}: `), errorOf(hops)).toBe(true)
    })

    test('closes twice without harm, and sends nothing afterwards', async () => {
      const namespace = await base()
      const ours = requester(namespace)
      await all(ours.send(request(namespace, 1, { timeoutMs: 50 }), never))
      await Promise.all([ours.close(), ours.close()])
      expect((await all(ours.send(request(namespace, 2), never))).map(({ kind }) => kind)).toEqual(['failed'])
    })
  })
}

const answering =
  (connection: BridgeConnection, taken: string[], times: number): Take =>
  (arrival) => {
    const text = Buffer.from(arrival.payload).toString()
    taken.push(text)
    const n = /"n":(\d+)}/.exec(text)?.[1]
    const subject = { kind: 'response', to: arrival.replyTo, plc: 'Main PLC', tag: 'T' } as const
    const settle = () => {
      const answers = Array.from({ length: times }, (_, i) => ({ subject, body: `"answer":${i},"n":${n}}` }))
      if (times > 0) connection.publish(answers, () => {})
    }
    return Promise.resolve({ settle })
  }

async function all(hops: AsyncIterable<Hop>): Promise<Hop[]> {
  const list: Hop[] = []
  for await (const hop of hops) list.push(hop)
  return list
}

const kinds = (hops: readonly Hop[], kind: Hop['kind']) => hops.filter((hop) => hop.kind === kind).length
const errorOf = (hops: readonly Hop[]) => hops.map((hop) => (hop.kind === 'failed' ? hop.error : '')).join('')
