/**
 * What every bridge must do, whatever its broker. In goes a fixture that can act on the broker from outside; each
 * broker's own test file calls `bridgeContract` and adds what is special to it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Arrival, Bridge, BridgeConnection, Message, Subject, Taken } from '#main/bridges/bridge'
import { messageHead } from '#main/bridges/message'
import { entryText, type Service } from '#shared/broker'

/** One message as an outside client of the broker sees it. */
export interface Seen {
  readonly address: string
  readonly payload: string
}

export interface BridgeFixture {
  readonly service: Service
  /** A bridge for this namespace; entry name `Contract`, service as above. Nothing connects yet. */
  bridge(namespace: string, selector?: string): Bridge
  /** Makes a base usable (Kafka: its topics) before a bridge of it connects or a request is sent to it. */
  prepare?(base: string): Promise<void>
  /** Where a message about `subject` is seen by `watch`, written out by hand and not by `names/build`. */
  addressOf(base: string, subject: Subject): string
  /** Watches everything under a base as an outside client, from now on. Resolves when it would miss nothing more. */
  watch(base: string): Promise<{ seen(): readonly Seen[]; stop(): Promise<void> }>
  /** What is stored for a tag or a health at the broker now; undefined where nothing is, or it was cleared. */
  stored(base: string, subject: Extract<Subject, { kind: 'tag' | 'health' }>): Promise<string | undefined>
  /** Sends a request as an outside client. Resolves when the broker has it. */
  send(base: string, plc: string, payload: string): Promise<void>
  /** `Arrival.address` and `replyTo` of a request sent so. */
  requestAddress(base: string, plc: string): { readonly address: string; readonly replyTo: string }
  /** Breaks every connection of the bridges without warning; new ones fail until `restore`. */
  cut(): Promise<void>
  /** The broker is there again. Resolves when it takes connections. */
  restore(): Promise<void>
  /**
   * What becomes of a request sent while no intake is open: `dropped` by the broker, `left-over` (comes at the next
   * opening and says so), `kept` (comes at the next opening, its record time tells its age).
   */
  readonly whileClosed: 'dropped' | 'left-over' | 'kept'
  /** What the bridge does when `take` rejects: the connection is `lost`, or it goes on without acknowledging. */
  readonly whenTakeFails: 'lost' | 'goes-on'
  stop(): Promise<void>
}

/** Limit of every wait in here, in ms: for a broker that is slow on a busy machine. */
const limitMs = 20_000
const testMs = 60_000
/** How long a thing that must not happen is given to happen, in ms. */
const quietMs = 300

let names = 0
/** A namespace that no other test uses. */
const freshNamespace = () => `site-${process.pid}-${++names}`

/** Registers the contract's tests for one broker. `start` runs once before them. */
export function bridgeContract(title: string, start: () => Promise<BridgeFixture>): void {
  describe(`${title} keeps the contract of a bridge`, { timeout: testMs }, () => {
    let fixture: BridgeFixture
    const open: BridgeConnection[] = []
    const never = new AbortController()

    beforeAll(async () => {
      fixture = await start()
    }, testMs)
    afterEach(async () => {
      await Promise.all(open.splice(0).map((connection) => connection.close()))
    })
    afterAll(() => fixture?.stop(), testMs)

    async function prepared(selector?: string): Promise<Bridge> {
      const bridge = fixture.bridge(freshNamespace(), selector)
      await fixture.prepare?.(bridge.base)
      return bridge
    }

    async function connected(bridge: Bridge): Promise<BridgeConnection> {
      const connection = await bridge.connect({ signal: never.signal })
      open.push(connection)
      return connection
    }

    test('confirms each message exactly once, under its name and with the head of its service', async () => {
      const bridge = await prepared('line1')
      const connection = await connected(bridge)
      const watch = await fixture.watch(bridge.base)
      const { to, plc } = responseAddress(fixture, bridge.base, 'Main PLC')
      const messages: Message[] = [
        { subject: { kind: 'tag', plc: 'Main PLC', tag: 'Motor.Speed[3]' }, body: '"plc":"Main PLC","value":1}' },
        { subject: { kind: 'health', plc: 'Main PLC' }, body: '"plc":"Main PLC","online":true}' },
        { subject: { kind: 'response', to, plc, tag: 'Motor' }, body: '"plc":"Main PLC","success":true}' },
        { subject: { kind: 'tag', plc: 'Öfen', tag: 'Größe' }, body: '"plc":"Öfen","value":"°C €"}' },
      ]
      const settled = await publishAll(connection, bridge, messages)
      expect(settled).toEqual(messages.map(() => ({ times: 1, error: undefined })))
      const head = messageHead(fixture.service, bridge.base)
      for (const { subject, body } of messages) {
        const expected = { address: fixture.addressOf(bridge.base, subject), payload: head + body }
        await waitFor(() => watch.seen().some((seen) => same(seen, expected)), `${JSON.stringify(expected)} is seen`)
      }
      await quiet()
      expect(settled.every(({ times }) => times === 1)).toBe(true)
      await watch.stop()
    })

    test('keeps the order of messages for one address, and stores the last', async () => {
      const bridge = await prepared()
      const connection = await connected(bridge)
      const watch = await fixture.watch(bridge.base)
      const tags = ['A', 'B', 'C']
      const count = 600
      const messages = Array.from({ length: count }, (_, i) => tagMessage('P', tags[i % 3] ?? 'A', i))
      await publishAll(connection, bridge, messages)
      await waitFor(() => watch.seen().length >= count, 'all messages are seen')
      for (const tag of tags) {
        const subject = { kind: 'tag', plc: 'P', tag } as const
        const address = fixture.addressOf(bridge.base, subject)
        const values = watch.seen().flatMap((seen) => (seen.payload.includes(`"tag":"${tag}"`) ? [numberOf(seen)] : []))
        expect(values, address).toEqual([...values].sort((a, b) => a - b))
        const last = messages.findLast((message) => message.body.includes(`"tag":"${tag}"`))
        expect(await fixture.stored(bridge.base, subject)).toBe(messageHead(fixture.service, bridge.base) + last?.body)
      }
      await watch.stop()
    })

    test('clears what was published for a tag and for a health', async () => {
      const bridge = await prepared()
      const connection = await connected(bridge)
      const tag = { kind: 'tag', plc: 'P', tag: 'T' } as const
      const health = { kind: 'health', plc: 'P' } as const
      await publishAll(connection, bridge, [tagMessage('P', 'T', 1), { subject: health, body: '"plc":"P"}' }])
      expect(await fixture.stored(bridge.base, tag)).toContain('"value":1')
      expect(await fixture.stored(bridge.base, health)).toContain('"plc":"P"')
      const settled = await publishAll(connection, bridge, [
        { subject: { kind: 'clear', what: tag }, body: '' },
        { subject: { kind: 'clear', what: health }, body: '' },
      ])
      expect(settled.map(({ error }) => error)).toEqual([undefined, undefined])
      expect(await fixture.stored(bridge.base, tag)).toBeUndefined()
      expect(await fixture.stored(bridge.base, health)).toBeUndefined()
    })

    test('tells the loss once, settles what is open with an error, and connects afresh afterwards', async () => {
      const bridge = await prepared()
      const connection = await connected(bridge)
      let losses = 0
      const lost = connection.lost.then((why) => {
        losses++
        return why
      })
      await fixture.cut()
      try {
        const messages = Array.from({ length: bridge.limits.batch }, (_, i) => tagMessage('P', 'T', i))
        const settled = publish(connection, messages)
        const why = await lost
        expect(why.message.startsWith(`${entryText(bridge.entry)}: `), why.message).toBe(true)
        await waitFor(() => settled.every(({ times }) => times === 1), 'all open messages are settled')
        expect(settled.filter(({ error }) => !error)).toEqual([])
        const late = publish(connection, [tagMessage('P', 'T', 1)])
        await waitFor(() => late[0]?.times === 1, 'a message after the loss is settled')
        expect(late[0]?.error).toBeInstanceOf(Error)
        const refused = await bridge.connect({ signal: never.signal }).then(
          () => undefined,
          (error: Error) => error,
        )
        expect(refused?.message.startsWith(`${entryText(bridge.entry)}: `), refused?.message).toBe(true)
        await connection.close()
        await quiet()
        expect(settled.every(({ times }) => times === 1)).toBe(true)
        expect(losses).toBe(1)
      } finally {
        await fixture.restore()
      }
      const fresh = await connected(bridge)
      const taken: Arrival[] = []
      await fresh.listen(taking(taken), never.signal)
      const again = await publishAll(fresh, bridge, [tagMessage('P', 'T', 7)])
      expect(again).toEqual([{ times: 1, error: undefined }])
      await fixture.send(bridge.base, 'P', '{"again":1}')
      await waitFor(() => taken.length === 1, 'the fresh connection takes requests')
    })

    test('closes in bounded time, twice without harm, and then settles with an error', async () => {
      const bridge = await prepared()
      const connection = await connected(bridge)
      await connection.listen(taking([]), never.signal)
      const settled = publish(connection, [tagMessage('P', 'T', 1)])
      const from = performance.now()
      await Promise.all([connection.close(), connection.close()])
      await connection.close()
      expect(performance.now() - from).toBeLessThan(8_000)
      expect(await connection.lost).toBeInstanceOf(Error)
      await waitFor(() => settled[0]?.times === 1, 'what was open is settled')
      const late = publish(connection, [tagMessage('P', 'T', 2)])
      await waitFor(() => late[0]?.times === 1, 'a message after the end is settled')
      expect(late[0]?.error).toBeInstanceOf(Error)
    })

    test('gives up connecting when told to', async () => {
      const bridge = await prepared()
      await expect(bridge.connect({ signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow()
    })

    test('hands over requests one after the other, in order and untouched, and acknowledges each after it was taken', async () => {
      const bridge = await prepared('line1')
      const connection = await connected(bridge)
      const steps: string[] = []
      const taken: Arrival[] = []
      let working = 0
      await connection.listen(async (arrival) => {
        expect(++working).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, 10))
        working--
        taken.push(arrival)
        const text = Buffer.from(arrival.payload).toString()
        steps.push(`taken ${text}`)
        return { settle: (how) => steps.push(`${how} ${text}`) }
      }, never.signal)
      const payloads = ['{"n":1}', 'not JSON', '{"n":3,"text":"°C €"}', '{"n":4}', '{"n":4}']
      const before = Date.now()
      for (const payload of payloads) await fixture.send(bridge.base, 'Main PLC', payload)
      await waitFor(() => steps.length === 2 * payloads.length, 'all requests are taken and settled')
      expect(steps.filter((step) => step.startsWith('taken'))).toEqual(payloads.map((text) => `taken ${text}`))
      expect(steps.filter((step) => step.startsWith('ack'))).toEqual(payloads.map((text) => `acknowledged ${text}`))
      for (const text of payloads) {
        expect(steps.indexOf(`taken ${text}`)).toBeLessThan(steps.indexOf(`acknowledged ${text}`))
      }
      for (const arrival of taken) {
        expect(arrival).toMatchObject({ entry: bridge.entry, retained: false, leftOver: false })
        expect(arrival).toMatchObject(fixture.requestAddress(bridge.base, 'Main PLC'))
        expect(arrival.at).toBeGreaterThanOrEqual(before)
        expect(arrival.at).toBeLessThanOrEqual(Date.now())
      }
    })

    test('publishes while a request is being taken over', async () => {
      const bridge = await prepared()
      const connection = await connected(bridge)
      const arrived: Arrival[] = []
      await connection.listen(async (arrival) => {
        arrived.push(arrival)
        await new Promise((resolve) => setTimeout(resolve, 50))
        return { settle: () => {} }
      }, never.signal)
      await fixture.send(bridge.base, 'P', '{"n":1}')
      await waitFor(() => arrived.length === 1, 'the request arrives')
      const settled = await publishAll(connection, bridge, [tagMessage('P', 'T', 1)])
      expect(settled).toEqual([{ times: 1, error: undefined }])
    })

    test('takes nothing before intake is opened and nothing after it was closed', async () => {
      const bridge = await prepared()
      const connection = await connected(bridge)
      const taken: Arrival[] = []
      const closing = new AbortController()
      await connection.listen(taking(taken), closing.signal)
      await fixture.send(bridge.base, 'P', '{"n":"open"}')
      await waitFor(() => taken.length === 1, 'a request is taken while intake is open')
      closing.abort()
      await quiet()
      await fixture.send(bridge.base, 'P', '{"n":"closed"}')
      await quiet()
      expect(taken.map(textOf)).toEqual(['{"n":"open"}'])
      expect((await publishAll(connection, bridge, [tagMessage('P', 'T', 1)]))[0]?.error).toBeUndefined()
      await connection.close()

      const later = await connected(bridge)
      await quiet()
      expect(taken.length).toBe(1)
      await later.listen(taking(taken), never.signal)
      if (fixture.whileClosed !== 'dropped') await waitFor(() => taken.length === 2, 'the request that waited arrives')
      await fixture.send(bridge.base, 'P', '{"n":"later"}')
      await waitFor(() => taken.map(textOf).includes('{"n":"later"}'), 'a request is taken after opening again')
      const expected = fixture.whileClosed === 'dropped' ? ['open', 'later'] : ['open', 'closed', 'later']
      expect(taken.map(textOf)).toEqual(expected.map((n) => `{"n":"${n}"}`))
      expect(taken.map(({ leftOver }) => leftOver)).toEqual(
        expected.map((n) => n === 'closed' && fixture.whileClosed === 'left-over'),
      )
      if (fixture.whileClosed === 'kept') expect(taken[1]?.recordTime).toBeTypeOf('number')
    })

    test('never hands over a request for another base', async () => {
      const ours = await prepared()
      const longer = fixture.bridge(ours.base, 'line1')
      const other = await prepared()
      await fixture.prepare?.(longer.base)
      const taken: Arrival[] = []
      await (await connected(ours)).listen(taking(taken), never.signal)
      await fixture.send(other.base, 'P', '{"n":"other"}')
      await fixture.send(longer.base, 'P', '{"n":"longer"}')
      await fixture.send(ours.base, 'P', '{"n":"ours"}')
      await waitFor(() => taken.length > 0, 'our own request arrives')
      await quiet()
      expect(taken.map(textOf)).toEqual(['{"n":"ours"}'])
    })

    test('does not acknowledge a request that could not be taken over', async () => {
      const bridge = await prepared()
      const connection = await connected(bridge)
      let calls = 0
      const taken: Arrival[] = []
      await connection.listen((arrival) => {
        if (calls++ === 0) return Promise.reject(new Error('journal can not be written'))
        return taking(taken)(arrival)
      }, never.signal)
      await fixture.send(bridge.base, 'P', '{"n":1}')
      await waitFor(() => calls >= 1, 'the request arrives')
      if (fixture.whenTakeFails === 'lost') {
        const why = await connection.lost
        expect(why.message.startsWith(`${entryText(bridge.entry)}: `), why.message).toBe(true)
        expect(why.message).toContain('journal can not be written')
        expect(taken).toEqual([])
      } else {
        await fixture.send(bridge.base, 'P', '{"n":2}')
        await waitFor(() => taken.map(textOf).includes('{"n":2}'), 'the next request is taken')
      }
    })
  })
}

/** A `take` that writes down what it is given. */
function taking(taken: Arrival[]): (arrival: Arrival) => Promise<Taken> {
  return (arrival) => {
    taken.push(arrival)
    return Promise.resolve({ settle: () => {} })
  }
}

interface Settled {
  times: number
  error: Error | undefined
}

/** One `publish`, with a count of what is settled. */
function publish(connection: BridgeConnection, messages: readonly Message[]): Settled[] {
  const settled: Settled[] = messages.map(() => ({ times: 0, error: undefined }))
  connection.publish(messages, (index, error) => {
    const one = settled[index]
    if (!one) throw new Error(`settled index ${index} of ${messages.length}`)
    one.times++
    one.error = error
  })
  return settled
}

/** Publishes within the bridge's limits and waits until each message was settled. */
async function publishAll(
  connection: BridgeConnection,
  bridge: Bridge,
  messages: readonly Message[],
): Promise<Settled[]> {
  const all: Settled[] = []
  const step = Math.min(bridge.limits.batch, bridge.limits.window)
  for (let i = 0; i < messages.length; i += step) {
    const settled = publish(connection, messages.slice(i, i + step))
    all.push(...settled)
    await waitFor(() => settled.every(({ times }) => times > 0), 'a batch is settled')
  }
  return all
}

function tagMessage(plc: string, tag: string, value: number): Message {
  return { subject: { kind: 'tag', plc, tag }, body: `"plc":"${plc}","tag":"${tag}","value":${value}}` }
}

/** Where the answer to a request for `plc` goes. */
function responseAddress(fixture: BridgeFixture, base: string, plc: string) {
  return { to: fixture.requestAddress(base, plc).replyTo, plc }
}

const numberOf = (seen: Seen) => Number(/"value":(\d+)/.exec(seen.payload)?.[1])
const textOf = (arrival: Arrival) => Buffer.from(arrival.payload).toString()
const same = (a: Seen, b: Seen) => a.address === b.address && a.payload === b.payload
const quiet = () => new Promise((resolve) => setTimeout(resolve, quietMs))

/** Waits for `condition`; the error says what was waited for. */
async function waitFor(condition: () => boolean, what: string): Promise<void> {
  const reached = await vi.waitUntil(condition, { timeout: limitMs, interval: 5 }).catch(() => false)
  if (!reached) throw new Error(`not within ${limitMs} ms: ${what}`)
}
