/**
 * What every lease must do, whatever its broker. In goes a fixture with several gateways on one broker; each broker's
 * own test file calls `leaseContract` and adds what is special to it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Bridge, BridgeConnection, Message } from '#main/bridges/bridge'
import type { Heard, HolderRecords, Lease, Look, Presence } from '#main/bridges/lease'
import { entryText } from '#shared/broker'

export interface LeaseFixture {
  /** A gateway's bridge: entry name `Contract`; `who` as `{8 hex}-{4 hex}`. */
  bridge(namespace: string, who: string): Bridge
  /** Makes a base usable (Kafka: its topics). */
  prepare?(base: string): Promise<void>
  /** Who decides about a claim: nobody (records alone), a key, or membership in the group, which intake brings. */
  readonly arbiter: 'none' | 'key' | 'members'
  /** An outside program speaks as a gateway would. Resolves when the broker has it. */
  speak(base: string, what: 'health' | 'response', plc: string, payload: string): Promise<void>
  /** The broker stands still: connections stay, nobody answers. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** Breaks every connection; new ones fail until `restore`. */
  cut(): Promise<void>
  restore(): Promise<void>
  /** A gateway whose user lacks the rights for the claim, though it may connect; `grant` carries out the rules. */
  withoutRights(namespace: string): Promise<{ readonly bridge: Bridge; grant(rules: readonly string[]): Promise<void> }>
  stop(): Promise<void>
}

const limitMs = 20_000
const testMs = 120_000
/** How long a thing that must not happen is given to happen, in ms. */
const quietMs = 300
const first = '11111111-aaaa'
const second = '22222222-bbbb'

let names = 0

/** One gateway with its lease open. */
interface Gateway {
  readonly who: string
  readonly bridge: Bridge
  readonly connection: BridgeConnection
  readonly lease: Lease
  readonly heard: Heard[]
}

/** Registers the contract's tests for one broker. `start` runs once before them. */
export function leaseContract(title: string, start: () => Promise<LeaseFixture>): void {
  describe(`${title} keeps the contract of a lease`, { timeout: testMs }, () => {
    let fixture: LeaseFixture
    const open: BridgeConnection[] = []
    const never = new AbortController().signal

    beforeAll(async () => {
      fixture = await start()
    }, testMs)
    afterEach(async () => {
      await Promise.all(open.splice(0).map((connection) => connection.close()))
    })
    afterAll(() => fixture?.stop(), testMs)

    async function base(): Promise<string> {
      const namespace = `site-${process.pid}-${++names}`
      await fixture.prepare?.(namespace)
      return namespace
    }

    async function gateway(namespace: string, who: string, signal = never): Promise<Gateway> {
      return connect(fixture.bridge(namespace, who), who, signal)
    }

    async function connect(bridge: Bridge, who: string, signal = never): Promise<Gateway> {
      const connection = await bridge.connect({ signal: never, lastWill: record(who, 'gone') })
      open.push(connection)
      const heard: Heard[] = []
      const lease = await connection.openLease({ plcs: ['Main PLC', 'Öfen'], hear: (one) => heard.push(one) }, signal)
      return { who, bridge, connection, lease, heard }
    }

    /** Opens intake where that is what others see of a holder. */
    const join = async ({ connection }: Gateway) => {
      if (fixture.arbiter === 'members')
        await connection.listen(() => Promise.resolve({ settle: () => {} }), new AbortController().signal)
    }

    const announce = ({ lease, who }: Gateway, state: string) => lease.announce(record(who, state), never)
    const claim = ({ lease, who }: Gateway) => lease.claim(records(who), never)
    const renew = ({ lease, who }: Gateway) => lease.renew(records(who), never)

    test('tells our presence, and shows it to the other and not to ourselves', async () => {
      const namespace = await base()
      const ours = await gateway(namespace, first)
      const other = await gateway(namespace, second)
      expect(await announce(other, 'observing')).toEqual({ kind: 'told' })
      expect(await announce(ours, 'observing')).toEqual({ kind: 'told' })
      expect(await announce(ours, 'held')).toEqual({ kind: 'told' })
      expect(seen(await ours.lease.look(never)).present.map(({ who }) => who)).not.toContain(first)
      expect(ours.heard.filter((one) => one.kind === 'presence' && one.who === first)).toEqual([])
      if (fixture.arbiter === 'members') return
      const states = () => presences(other.heard, first).map((text) => stateOf(text))
      await waitFor(() => states().includes('held'), 'the other hears us')
      expect(states()).toEqual(['observing', 'held'])
      const present = seen(await other.lease.look(never)).present
      expect(present.map(({ who, record }) => [who, stateOf(record)])).toEqual([[first, 'held']])
      expect(ages(present)).toBeLessThan(limitMs)
    })

    test('takes a claim that nobody has, renews it, and shows it', async () => {
      const ours = await gateway(await base(), first)
      expect(await announce(ours, 'observing')).toEqual({ kind: 'told' })
      const before = seen(await ours.lease.look(never))
      expect(before).toMatchObject({ holders: [], present: [] })
      expect(before.owner).toBeUndefined()
      expect(await claim(ours)).toEqual({ kind: 'held' })
      await join(ours)
      expect(await renew(ours)).toEqual({ kind: 'held' })
      expect(await claim(ours)).toEqual({ kind: 'held' })
      const after = seen(await ours.lease.look(never))
      if (fixture.arbiter !== 'members') expect(after.owner).toBe(records(first).owner)
      if (fixture.arbiter !== 'none') expect(after.holders).toMatchObject([{ who: first, self: true }])
      expect(ours.heard).toEqual([])
    })

    test('shows the holder to another, who does not get the claim', async () => {
      const namespace = await base()
      const holder = await gateway(namespace, first)
      await claim(holder)
      await join(holder)
      const other = await gateway(namespace, second)
      await announce(other, 'observing')
      const look = seen(await other.lease.look(never))
      if (fixture.arbiter === 'none') {
        expect(look.present.map(({ who, record }) => [who, stateOf(record)])).toEqual([[first, 'held']])
      } else {
        expect(look.holders).toMatchObject([{ who: first, self: false }])
        expect(await claim(other)).toMatchObject({ kind: 'taken', holders: [{ who: first, self: false }] })
        expect(await renew(holder)).toEqual({ kind: 'held' })
      }
      if (fixture.arbiter === 'key') expect(stateOf(look.holders[0]?.record ?? '')).toBe('held')
      if (fixture.arbiter !== 'members') expect(look.owner).toBe(records(first).owner)
    })

    test('lets go: the other hears of it and gets the claim, and the owner record stays', async () => {
      const namespace = await base()
      const holder = await gateway(namespace, first)
      await claim(holder)
      await join(holder)
      const other = await gateway(namespace, second)
      await announce(other, 'observing')
      await holder.lease.release(record(first, 'gone'))
      await holder.connection.close()
      if (fixture.arbiter !== 'members') {
        const last = () => presences(other.heard, first).at(-1)
        await waitFor(() => last() === '' || stateOf(last() ?? '') === 'gone', 'the other hears that the holder left')
        expect(seen(await other.lease.look(never))).toMatchObject({ present: [], owner: records(first).owner })
      }
      await vi.waitFor(async () => expect(seen(await other.lease.look(never)).holders).toEqual([]), limitMs)
      expect(await claim(other)).toEqual({ kind: 'held' })
    })

    test('release takes nothing from another', async () => {
      const namespace = await base()
      const holder = await gateway(namespace, first)
      const other = await gateway(namespace, second)
      await claim(holder)
      await join(holder)
      await announce(other, 'standby')
      await other.lease.release(record(second, 'gone'))
      expect(await renew(holder)).toEqual({ kind: 'held' })
    })

    test('hears the health and the answers of others, and never our own', async () => {
      const namespace = await base()
      const ours = await gateway(namespace, first)
      const other = await gateway(namespace, second)
      await publish(ours.connection, [health('Main PLC', 1), response(fixture, namespace, 'Main PLC', 1)])
      await fixture.speak(namespace, 'health', 'Main PLC', '{"plc":"Main PLC","online":true}')
      await fixture.speak(namespace, 'response', 'Öfen', '{"plc":"Öfen","success":true}')
      await waitFor(() => strangers(ours).length === 2, 'we hear the stranger')
      await waitFor(() => strangers(other).length === 4, 'the other hears us and the stranger')
      await quiet()
      // On Kafka they come from two topics: no order among them.
      const heard = strangers(ours).toSorted((a, b) => a.kind.localeCompare(b.kind))
      expect(heard.map(({ kind, plc, stored }) => [kind, plc, stored])).toEqual([
        ['health', 'Main PLC', false],
        ['response', 'Öfen', false],
      ])
      expect(heard[0]?.payload).toBe('{"plc":"Main PLC","online":true}')
      expect(strangers(other).length).toBe(4)
    })

    test('is silent when the connection is lost, hears nothing any more, and is opened anew on the next one', async () => {
      const namespace = await base()
      const ours = await gateway(namespace, first)
      await claim(ours)
      await publish(ours.connection, [health('P', 1)])
      await fixture.cut()
      try {
        const late = claim(ours)
        expect((await ours.connection.lost).message.startsWith(`${entryText(ours.bridge.entry)}: `)).toBe(true)
        expect((await late).kind).toBe('silent')
        const [told, look, renewed] = await Promise.all([announce(ours, 'held'), ours.lease.look(never), renew(ours)])
        expect([told.kind, renewed.kind]).toEqual(['silent', 'silent'])
        expect(['silent', 'seen']).toContain(look.kind)
        await ours.lease.release(record(first, 'gone'))
        await ours.connection.close()
      } finally {
        await fixture.restore()
      }
      const again = await connect(ours.bridge, first)
      expect((await announce(again, 'observing')).kind).toBe('told')
      expect((await claim(again)).kind).toBe('held')
      await quiet()
      expect(strangers(again)).toEqual([])
      expect(ours.heard).toEqual([])
    })

    test('is silent within its time when the broker stands still', async () => {
      const ours = await gateway(await base(), first)
      await claim(ours)
      await fixture.freeze()
      const from = performance.now()
      try {
        const renewed = await renew(ours)
        expect(renewed).toMatchObject({ kind: 'silent' })
        if (renewed.kind === 'silent') {
          expect(renewed.text.startsWith(`${entryText(ours.bridge.entry)}: `), renewed.text).toBe(true)
        }
        expect(performance.now() - from).toBeLessThan(4_500)
      } finally {
        await fixture.thaw()
      }
    })

    test('ends when its signal aborts, and gives up an opening', async () => {
      const namespace = await base()
      const stop = new AbortController()
      const ours = await gateway(namespace, first, stop.signal)
      const other = await gateway(namespace, second)
      await announce(ours, 'observing')
      stop.abort(new Error('stopped'))
      expect((await announce(ours, 'observing')).kind).toBe('silent')
      const count = ours.heard.length
      await announce(other, 'observing')
      await fixture.speak(namespace, 'health', 'P', '{"plc":"P"}')
      await quiet()
      expect(ours.heard.length).toBe(count)
      const aborted = AbortSignal.abort(new Error('stopped'))
      await expect(ours.connection.openLease({ plcs: ['Main PLC', 'Öfen'], hear: () => {} }, aborted)).rejects.toThrow(
        'stopped',
      )
      const lease = await ours.connection.openLease({ plcs: ['Main PLC', 'Öfen'], hear: () => {} }, never)
      expect((await lease.announce(record(first, 'observing'), never)).kind).toBe('told')
    })

    test('is opened anew at the moment it ends, again and again, and hears as before', async () => {
      const namespace = await base()
      let stop = new AbortController()
      const { connection, who } = await gateway(namespace, first, stop.signal)
      for (let turn = 0; turn < 3; turn++) {
        stop.abort(new Error('the PLCs are others'))
        stop = new AbortController()
        const heard: Heard[] = []
        const what = { plcs: ['Main PLC'], hear: (one: Heard) => void heard.push(one) }
        const lease = await connection.openLease(what, stop.signal)
        expect(await lease.announce(record(who, 'observing'), never)).toEqual({ kind: 'told' })
        await waitFor(async () => {
          await fixture.speak(namespace, 'health', 'Main PLC', `{"plc":"Main PLC","turn":${turn}}`)
          return heard.some(({ kind }) => kind === 'health')
        }, 'a stranger is heard')
      }
    })

    test('gives up a step when told to', async () => {
      const ours = await gateway(await base(), first)
      const step = await ours.lease.renew(records(first), AbortSignal.abort(new Error('stopped')))
      expect(step.kind).toBe('silent')
    })

    test('says which rights are missing, with rules that mend it', async () => {
      const namespace = await base()
      const { bridge, grant } = await fixture.withoutRights(namespace)
      const ours = await connect(bridge, first)
      await announce(ours, 'observing')
      const look = await ours.lease.look(never)
      const claimed = await claim(ours)
      for (const step of [look, claimed]) {
        expect(step.kind).toBe('unproven')
        if (step.kind !== 'unproven') continue
        expect(step.text.startsWith(`${entryText(bridge.entry)}: `), step.text).toBe(true)
        expect(step.rules.length).toBeGreaterThan(0)
        for (const rule of step.rules) expect(step.text).toContain(rule)
      }
      await ours.connection.close()
      if (claimed.kind === 'unproven') await grant(claimed.rules)
      const again = await connect(bridge, first)
      expect(again.lease.hearing).toEqual({ kind: 'ok' })
      expect(await announce(again, 'observing')).toEqual({ kind: 'told' })
      expect((await again.lease.look(never)).kind).toBe('seen')
      expect(await claim(again)).toEqual({ kind: 'held' })
    })
  })
}

let count = 0

/** A presence record; each is another text, as their times make them. */
function record(who: string, state: string): string {
  return JSON.stringify({ instance: who.slice(0, 8), boot: who.slice(9), state, time: ++count })
}

const records = (who: string): HolderRecords => {
  owners.set(who, owners.get(who) ?? JSON.stringify({ instance: who.slice(0, 8), owner: true }))
  return { presence: record(who, 'held'), owner: owners.get(who) ?? '' }
}
const owners = new Map<string, string>()

function stateOf(text: string): string {
  const value: unknown = JSON.parse(text || '{}')
  return typeof value === 'object' && value !== null && 'state' in value ? String(value.state) : ''
}

function seen(look: Look): Extract<Look, { kind: 'seen' }> {
  if (look.kind === 'seen') return look
  throw new Error(`not seen: ${look.kind}: ${look.text}`)
}

const presences = (heard: readonly Heard[], who: string) =>
  heard.flatMap((one) => (one.kind === 'presence' && one.who === who ? [one.record] : []))
const ages = (present: readonly Presence[]) => Math.max(...present.map(({ at }) => Date.now() - at))
const strangers = ({ heard }: Gateway) =>
  heard.flatMap((one) => (one.kind === 'health' || one.kind === 'response' ? [one] : []))

function health(plc: string, n: number): Message {
  return { subject: { kind: 'health', plc }, body: `"plc":"${plc}","n":${n}}` }
}

/** An answer as our own pipeline sends it. */
function response(fixture: LeaseFixture, base: string, plc: string, n: number): Message {
  const to = {
    none: `${base}/${plc}/write/response`,
    key: `${base}:write:responses`,
    members: `${base}-write-responses`,
  }
  return {
    subject: { kind: 'response', to: to[fixture.arbiter], plc, tag: 'T' },
    body: `"plc":"${plc}","tag":"T","n":${n}}`,
  }
}

async function publish(connection: BridgeConnection, messages: readonly Message[]): Promise<void> {
  let left = messages.length
  await new Promise<void>((resolve, reject) => {
    connection.publish(messages, (_, error) => {
      if (error) reject(error)
      else if (--left === 0) resolve()
    })
  })
}

const quiet = () => new Promise((resolve) => setTimeout(resolve, quietMs))

async function waitFor(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const reached = await vi.waitUntil(async () => condition(), { timeout: limitMs, interval: 5 }).catch(() => false)
  if (!reached) throw new Error(`not within ${limitMs} ms: ${what}`)
}
