/**
 * Gateways and brokers in virtual time, for tests of the claim's logic: `state.ts` and `wanted.ts` are the real ones, the
 * brokers keep what the real ones keep, every delivery takes its own time, links break and processes stand still.
 */
import type { OwnerRecord, PresenceRecord } from '#shared/isolation'
import { blocking, mayTakeIn } from './allowed.ts'
import {
  type ClaimFacts,
  type ClaimSetup,
  type Clock,
  claimTimes,
  type EntrySetup,
  type FoundHolder,
  type Happening,
} from './model.ts'
import { firstFacts, nextFacts, withEntries } from './state.ts'
import { wantedStep } from './wanted.ts'

export type BrokerKind = 'mqtt' | 'valkey' | 'kafka'

/** Numbers drawn from a seed: the same seed gives the same world. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }
}

export class World {
  now = 0
  readonly gateways: Gateway[] = []
  readonly brokers = new Map<BrokerKind, Broker>()
  #queue: { at: number; order: number; run(): void }[] = []
  #order = 0
  readonly random: (below: number) => number

  constructor(kinds: readonly BrokerKind[], seed: number) {
    this.random = createRandom(seed)
    for (const kind of kinds) this.brokers.set(kind, new Broker(kind, this))
  }

  later(ms: number, run: () => void) {
    this.#queue.push({ at: this.now + ms, order: this.#order++, run })
  }

  /** Runs until `until`; `check` is asked after every event. */
  run(until: number, check: () => void) {
    for (;;) {
      let first = -1
      for (let i = 0; i < this.#queue.length; i++) {
        const [a, b] = [this.#queue[i], this.#queue[first]]
        if (a && (!b || a.at < b.at || (a.at === b.at && a.order < b.order))) first = i
      }
      const next = this.#queue[first]
      if (!next || next.at > until) break
      this.#queue.splice(first, 1)
      this.now = next.at
      next.run()
      check()
    }
    this.now = until
  }
}

/** What goes on while a gateway stands still: both of its clocks, or one of them (suspend; a clock that is set back). */
export const stops = ['both', 'wall', 'mono'] as const

interface Session {
  readonly gateway: Gateway
  /** Deliveries keep their order: none before this. */
  readyAt: number
  open: boolean
}

/** Keeps what the real broker of this kind keeps. */
export class Broker {
  readonly kind: BrokerKind
  readonly world: World
  readonly sessions = new Set<Session>()
  readonly presence = new Map<string, { record: PresenceRecord; until: number }>()
  owner: OwnerRecord | undefined
  holder: { who: string; until: number } | undefined
  readonly members = new Map<string, number>()

  constructor(kind: BrokerKind, world: World) {
    this.kind = kind
    this.world = world
  }

  /** To everybody who listens, in order, each with a delay of its own. */
  tell(event: (session: Session) => void, except?: Gateway) {
    for (const session of this.sessions) {
      if (session.open && session.gateway !== except) this.deliver(session, () => event(session))
    }
  }

  deliver(session: Session, run: () => void) {
    const at = Math.max(session.readyAt, this.world.now + 1 + this.world.random(40))
    session.readyAt = at
    this.world.later(at - this.world.now, () => {
      if (session.open) session.gateway.receive(run)
    })
  }

  expire() {
    const { now } = this.world
    for (const [who, { until }] of this.presence) if (until <= now) this.presence.delete(who)
    if (this.holder && this.holder.until <= now) this.holder = undefined
    for (const [who, until] of this.members) if (until <= now) this.members.delete(who)
  }
}

export interface GatewayOptions {
  readonly name: string
  readonly instance: string
  readonly boot: string
  readonly serial: number
  readonly kinds: readonly BrokerKind[]
  readonly noted?: boolean
}

/** One gateway process: the claim's logic, driven as `claim.ts` drives it. */
export class Gateway {
  readonly world: World
  readonly options: GatewayOptions
  readonly who: string
  readonly setup: ClaimSetup
  facts: ClaimFacts
  alive = true
  stopped = false
  /** Its clocks, against the world's: nobody sets those of two computers alike. */
  readonly #ahead: { mono: number; wall: number }
  #stoppedAt: { readonly now: number; readonly going: (typeof stops)[number] } | undefined
  readonly links = new Map<BrokerKind, Session>()
  /** Links that the network does not carry. */
  readonly cut = new Set<BrokerKind>()
  #inbox: (() => void)[] = []
  readonly #busy = new Set<string>()
  readonly #turn = new Map<BrokerKind, number>()

  constructor(world: World, options: GatewayOptions) {
    this.world = world
    this.options = options
    this.who = `${options.instance.slice(0, 8)}-${options.boot.slice(0, 4)}`
    const { instance, boot } = options
    this.setup = {
      self: { instance, boot, who: this.who },
      namespace: 'factory',
      entries: options.kinds.map(setupOf),
      times: claimTimes,
    }
    this.#ahead = { mono: world.random(1_000_000), wall: 1_000_000 + world.random(1_000_000) }
    const at = this.clock()
    this.facts = withEntries(firstFacts(at), this.setup, () => options.noted ?? false, at)
    world.gateways.push(this)
    this.event({ kind: 'plcs', plcs: [{ name: 'Main PLC', vendor: 1, serial: options.serial, connected: true }] })
    for (const kind of options.kinds) this.connect(kind)
    this.#tick()
  }

  /** The write log of a simulator would show it: something could be written now. */
  writes(): boolean {
    if (!this.alive || this.stopped) return false
    return this.setup.entries.some(
      ({ key }) =>
        mayTakeIn(this.facts, key, this.setup) && blocking(this.facts, key, this.clock(), this.setup) === undefined,
    )
  }

  receive(run: () => void) {
    if (!this.alive) return
    if (this.stopped || this.#inbox.length > 0) this.#inbox.push(run)
    else run()
  }

  clock(): Clock {
    const { now } = this.world
    return { mono: now + this.#ahead.mono, wall: now + this.#ahead.wall }
  }

  stop(going: (typeof stops)[number]) {
    this.stopped = true
    this.#stoppedAt = { now: this.world.now, going }
  }

  resume() {
    this.stopped = false
    const { now, going } = this.#stoppedAt ?? { now: 0, going: 'both' }
    for (const clock of ['mono', 'wall'] as const)
      if (going !== 'both' && going !== clock) this.#ahead[clock] -= this.world.now - now
    // A timer may run, and a write leave, before what waits in the sockets is read.
    if (this.world.random(2) === 0) this.event({ kind: 'tick' })
    this.world.later(this.world.random(20), () => {
      if (this.stopped) return
      for (const run of this.#inbox.splice(0)) this.receive(run)
    })
  }

  kill() {
    this.alive = false
    for (const [kind, session] of this.links) this.#lost(kind, session, this.cut.has(kind) ? 15_000 : 5)
  }

  /** In good order: claims are given back. */
  end() {
    for (const kind of [...this.links.keys()]) this.#release(kind)
    this.alive = false
    for (const session of this.links.values()) session.open = false
  }

  cutLink(kind: BrokerKind) {
    if (this.cut.has(kind)) return
    this.cut.add(kind)
    const session = this.links.get(kind)
    if (!session) return
    const [brokerMs, ownMs] = [this.world.random(15_000), this.world.random(12_000)]
    session.open = false
    this.#lost(kind, session, brokerMs)
    this.world.later(ownMs, () => this.receive(() => this.#disconnected(kind, session)))
  }

  mend(kind: BrokerKind) {
    this.cut.delete(kind)
  }

  /** The broker notices that the connection is gone: the Will, or nothing. */
  #lost(kind: BrokerKind, session: Session, ms: number) {
    session.open = false
    const broker = this.#broker(kind)
    this.world.later(ms, () => {
      broker.sessions.delete(session)
      const known = broker.presence.get(this.who)
      const back = this.alive && this.links.get(kind) !== session && this.links.get(kind) !== undefined
      if (kind === 'mqtt' && !back) this.#publish(broker, this.#record('gone'), known !== undefined)
    })
  }

  #disconnected(kind: BrokerKind, session: Session) {
    if (this.links.get(kind) !== session) return
    this.links.delete(kind)
    this.event({ kind: 'disconnected', key: kind })
    this.#retry(kind)
  }

  #retry(kind: BrokerKind) {
    this.world.later(500 + this.world.random(3_500), () =>
      this.receive(() => (this.cut.has(kind) ? this.#retry(kind) : this.connect(kind))),
    )
  }

  connect(kind: BrokerKind) {
    if (!this.alive || this.links.has(kind)) return
    this.world.later(1 + this.world.random(300), () =>
      this.receive(() => {
        if (this.links.has(kind)) return
        if (this.cut.has(kind)) return this.#retry(kind)
        const session: Session = { gateway: this, readyAt: this.world.now, open: true }
        this.links.set(kind, session)
        this.event({ kind: 'connected', key: kind })
        this.#openLease(kind, session)
      }),
    )
  }

  #openLease(kind: BrokerKind, session: Session) {
    const broker = this.#broker(kind)
    broker.expire()
    broker.sessions.add(session)
    broker.deliver(session, () => {
      this.event({ kind: 'hearing', key: kind })
      this.step(kind)
    })
    if (kind !== 'mqtt') return
    for (const [who, { record }] of broker.presence) {
      if (who !== this.who)
        broker.deliver(session, () => this.event({ kind: 'presence', key: kind, who, record, stored: true }))
    }
    const { owner } = broker
    if (owner) broker.deliver(session, () => this.event({ kind: 'owner', key: kind, record: owner }))
  }

  #tick() {
    this.world.later(1_000, () => {
      if (!this.alive) return
      if (!this.stopped) this.event({ kind: 'tick' })
      this.#tick()
    })
  }

  event(event: Happening) {
    const before = this.facts
    this.facts = nextFacts(before, { ...event, at: this.clock() }, this.setup)
    const phaseIsNew = before.phase !== this.facts.phase && before.phase.kind !== this.facts.phase.kind
    for (const { key } of this.setup.entries) {
      const release = this.facts.entries[key]?.releasing && !before.entries[key]?.releasing
      const ready = wantedStep(this.facts, key, this.clock(), this.setup)?.kind === 'claim'
      if (phaseIsNew || release || ready) this.world.later(1, () => this.receive(() => this.step(key as BrokerKind)))
    }
  }

  /** One step at a broker; the next one in five seconds. */
  step(kind: BrokerKind) {
    const session = this.links.get(kind)
    if (!this.alive || !session?.open || this.#busy.has(kind)) return
    if (!this.facts.entries[kind]?.hearingSince) return
    this.event({ kind: 'tick' })
    const wanted = wantedStep(this.facts, kind, this.clock(), this.setup)
    if (!wanted) return
    this.#busy.add(kind)
    const sentAt = this.clock()
    const broker = this.#broker(kind)
    const done = (event: Happening) =>
      broker.deliver(session, () => {
        this.#busy.delete(kind)
        this.event(event)
      })
    // A connection that is lost on the way answers nothing.
    this.world.later(3_000, () => this.#busy.delete(kind))
    const turn = (this.#turn.get(kind) ?? 0) + 1
    this.#turn.set(kind, turn)
    this.world.later(5_000, () => this.#turn.get(kind) === turn && this.receive(() => this.step(kind)))
    this.world.later(1 + this.world.random(30), () => {
      if (!session.open) return
      broker.expire()
      if (wanted.kind === 'release') {
        this.#release(kind)
        this.#busy.delete(kind)
        this.event({ kind: 'released', key: kind })
        return this.#openLease(kind, session)
      }
      const record = this.#record(wanted.state)
      if (wanted.kind === 'announce') {
        this.#announce(broker, record)
        done({ kind: 'told', key: kind, state: wanted.state, sentAt })
        broker.deliver(session, () => this.#look(kind, broker, sentAt))
        return
      }
      done(this.#claim(broker, record, sentAt))
    })
  }

  #announce(broker: Broker, record: PresenceRecord) {
    if (broker.kind === 'kafka') return
    this.#publish(broker, record)
  }

  #publish(broker: Broker, record: PresenceRecord, known = true) {
    if (!known) return
    broker.presence.set(this.who, { record, until: this.world.now + 15_000 })
    broker.tell(
      ({ gateway }) => gateway.event({ kind: 'presence', key: broker.kind, who: this.who, record, stored: false }),
      this,
    )
  }

  #look(kind: BrokerKind, broker: Broker, sentAt: Clock) {
    broker.expire()
    const present = [...broker.presence].flatMap(([who, { record }]) =>
      who === this.who || kind === 'mqtt' ? [] : [{ who, record, ageMs: 0 }],
    )
    const holders = this.#holders(broker).map((holder) => {
      const record = kind === 'valkey' && holder.who ? broker.presence.get(holder.who)?.record : undefined
      return { ...holder, ...(record ? { record } : {}) }
    })
    const found = {
      holders,
      present: kind === 'kafka' ? [] : present,
      ...(broker.owner ? { owner: broker.owner } : {}),
    }
    this.event({ kind: 'looked', key: kind, found, sentAt })
  }

  #holders(broker: Broker): FoundHolder[] {
    if (broker.kind === 'mqtt') return []
    const all = broker.kind === 'kafka' ? [...broker.members.keys()] : broker.holder ? [broker.holder.who] : []
    return all.filter((who) => who !== this.who).map((who) => ({ who, name: who }))
  }

  #claim(broker: Broker, record: PresenceRecord, sentAt: Clock): Happening {
    const key = broker.kind
    const holders = this.#holders(broker)
    const held = { kind: 'held', key, sentAt, joined: broker.members.has(this.who) } as const
    const taken = { kind: 'taken', key, holders } as const
    if (broker.kind === 'kafka') {
      if (holders.length > 0) return taken
      // The heartbeats of a member: every three seconds while its link stands, apart from the claim's steps.
      if (!broker.members.has(this.who)) this.world.later(500, () => this.#join(broker))
      return held
    }
    if (broker.kind === 'valkey') {
      if (holders.length > 0) return taken
      broker.holder = { who: this.who, until: this.world.now + 15_000 }
    }
    this.#publish(broker, record)
    broker.owner = { ...record, time: new Date(this.clock().wall).toISOString() }
    const { owner } = broker
    if (broker.kind === 'mqtt') broker.tell(({ gateway }) => gateway.event({ kind: 'owner', key, record: owner }), this)
    return held
  }

  #join(broker: Broker) {
    const session = this.links.get('kafka')
    const wanted = mayTakeIn(this.facts, 'kafka', this.setup)
    if (!this.alive || !session?.open || !wanted) return
    if (!this.stopped) broker.members.set(this.who, this.world.now + 10_000)
    const first = !this.stopped
    if (first) this.receive(() => this.step('kafka'))
    this.world.later(3_000, () => this.#join(broker))
  }

  #release(kind: BrokerKind) {
    const broker = this.#broker(kind)
    if (broker.holder?.who === this.who) broker.holder = undefined
    broker.members.delete(this.who)
    if (!broker.presence.delete(this.who)) return
    broker.tell(({ gateway }) => gateway.event({ kind: 'presence', key: kind, who: this.who, stored: false }), this)
  }

  #broker(kind: BrokerKind): Broker {
    const broker = this.world.brokers.get(kind)
    if (!broker) throw new Error(`no ${kind} in this world`)
    return broker
  }

  #record(state: PresenceRecord['state']): PresenceRecord {
    const { name, instance, boot, serial } = this.options
    const plcs = [{ name: 'Main PLC', vendor: 1, serial }]
    const time = new Date(this.clock().wall).toISOString()
    return { instance, boot, host: name, site: name, version: '1', namespace: 'factory', plcs, state, time }
  }
}

function setupOf(kind: BrokerKind): EntrySetup {
  return {
    key: kind,
    entry: { service: kind, name: 'Central' },
    base: 'factory',
    claims: true,
    allowUnproven: kind === 'kafka',
    longMs: claimTimes.longMs,
    shortMs: claimTimes.shortMs,
    joins: kind === 'kafka',
  }
}
