/**
 * What waits to go out through one broker entry. In come indices of changed tags and events; out go messages, as many
 * as the bridge's window allows. Memory is bounded by the number of names and by `maxEvents` and `maxEventText`, however
 * long the broker is away: a tag is in here at most once, and its value is read when its message is built, so that only
 * the newest is sent.
 */
import type { BridgeConnection, BridgeLimits, Message } from '#main/bridges/bridge'
import type { TagSource } from '#shared/tag'
import { type Clearing, createClearings } from './clearings.ts'
import type { Going } from './going.ts'
import { createHealths } from './healths.ts'

/** A message that must not be coalesced: an answer. */
export interface OutboxEvent {
  readonly message: Message
  /** ms since the epoch until which it may wait for the broker. */
  readonly until: number
  /** Called once: without an error when the broker has confirmed it, with one when it was given up. */
  done(error?: Error): void
}

export interface OutboxStats {
  /** Tags, clearings and events that wait or are unconfirmed. */
  readonly waiting: number
  /** Messages confirmed by the broker. */
  readonly confirmed: number
  /** Values that a newer one overtook while they waited. */
  readonly coalesced: number
  /** Events given up: too old, or too many. */
  readonly dropped: number
}

export interface Outbox {
  /** The tag's value changed. O(1), never blocks. */
  offer(index: number): void
  /** The tag is healthy and unchanged: renew the life time of its key. */
  offerRefresh(index: number): void
  /** Newest health of a PLC; an older one that still waits is replaced. */
  offerHealth(message: Message): void
  /** Removes a name from the broker, when its turn comes and if it is still to be removed then. */
  offerClearing(clearing: Clearing): void
  offerEvent(event: OutboxEvent): void
  /** Every tag of this entry is to be sent again: the broker may have lost its data. */
  resync(): void
  /** Sends through this connection until detached or lost. One at a time. */
  attach(connection: BridgeConnection): () => void
  /** Resolves when nothing waits or is unconfirmed, or after `ms`. */
  drained(ms: number): Promise<void>
  stats(): OutboxStats
  /** Gives up all events and sends no more. */
  close(): void
}

export interface OutboxOptions {
  readonly source: TagSource
  /** Which tags go to this entry at all. Asked each time: a tag can be taken off it. */
  includes(index: number): boolean
  /** Whether the health of a PLC goes to this entry; absent: of each. */
  includesHealth?(plc: string): boolean
  readonly limits: BridgeLimits
  /** Each batch as it leaves; must not throw. */
  onSend?(messages: readonly Message[]): void
  /** Asked before every batch; while it says no, all waits. Absent: always. Whoever opens it attaches anew. */
  open?(): boolean
  /**
   * The broker refuses messages though the link is up: told at most once a pause, and without an error when all that was
   * refused has gone out after all, or through another connection.
   */
  onRefused(error?: Error): void
  readonly maxEvents?: number
  /** Of all events that wait together, in characters. */
  readonly maxEventText?: number
}

/** An event with its place in the order, so that one that failed goes back to where it was. */
interface Waiting {
  readonly event: OutboxEvent
  readonly order: number
}

/** What a message is about: the index of a tag, the PLC of a health, a name to be removed, an event. */
type Key = number | string | Waiting

const textOf = ({ event }: Waiting) => event.message.body.length

const clean = 0
const refresh = 1
const changed = 2

/**
 * What the broker refused on a live link rests before it is tried again, so that a full broker is not hammered and one
 * bad message holds nobody up. Doubled while refusals go on, in ms.
 */
const restMs = { first: 1_000, longest: 30_000 }
const tooOld = 'the broker was away for too long'

export function createOutbox(options: OutboxOptions): Outbox {
  const { source, includes, limits } = options
  const maxEvents = options.maxEvents ?? 10_000
  const maxEventText = options.maxEventText ?? 16 * 1024 * 1024
  // A ring with one place more than there are tags: full is never mistaken for empty.
  let places = source.count + 1
  let ring = new Int32Array(places)
  let mark = new Uint8Array(source.count)
  let head = 0
  let tail = 0
  const events: Waiting[] = []
  let eventText = 0
  let order = 0
  const healths = createHealths((plc) => options.includesHealth?.(plc) ?? true)
  const clearings = createClearings()
  let connection: BridgeConnection | undefined
  let inFlight = 0
  let confirmed = 0
  let coalesced = 0
  let dropped = 0
  let scheduled = false
  let resting: (() => void)[] = []
  let restFor = restMs.first
  let restTimer: NodeJS.Timeout | undefined
  /** Refused through this connection, and not confirmed since. Each rests, waits or is under way. */
  const refused = new Set<Key>()
  let refusalTold = false
  let expiry: NodeJS.Timeout | undefined
  let closed = false
  let idle: (() => void)[] = []

  /** Room for tags that came since; what waits keeps its order. */
  function grow() {
    const count = Math.max(source.count, Math.ceil(mark.length * 1.5))
    const wider = new Int32Array(count + 1)
    const waits = waitingTags()
    for (let i = 0; i < waits; i++) wider[i] = ring[(head + i) % places] as number
    ring = wider
    places = count + 1
    head = 0
    tail = waits
    const marks = new Uint8Array(count)
    marks.set(mark)
    mark = marks
  }

  function push(index: number, kind: typeof refresh | typeof changed) {
    if (!includes(index)) return forgive(index)
    if (index >= mark.length) grow()
    const before = mark[index]
    if (before === clean) {
      ring[tail] = index
      tail = (tail + 1) % places
    } else if (before === changed && kind === changed) coalesced++
    if (before !== changed) mark[index] = kind
    schedule()
  }

  const waitingTags = () => (tail - head + places) % places
  const waiting = () => waitingTags() + events.length + healths.size() + clearings.size() + resting.length + inFlight

  function schedule() {
    if (scheduled || !connection || closed) return
    scheduled = true
    queueMicrotask(pump)
  }

  function pump() {
    scheduled = false
    while (connection && inFlight < limits.window && waiting() > inFlight && (options.open?.() ?? true)) {
      const room = Math.min(limits.batch, limits.window - inFlight)
      const going: Going<Key>[] = []
      takeEvents(room, going)
      healths.take(room, going, forgive)
      // After health: a last word is not to outlive the clearing. Before values: a name may be published again.
      clearings.take(room, going, forgive)
      takeTags(room, going)
      if (going.length === 0) break
      inFlight += going.length
      const messages = going.map(({ message }) => message)
      options.onSend?.(messages)
      const through = connection
      through.publish(messages, (i, error) => settled(through, going[i] as Going<Key>, error))
    }
    if (idle.length > 0 && waiting() === 0) {
      for (const done of idle) done()
      idle = []
    }
  }

  function settled(through: BridgeConnection, { key, settle }: Going<Key>, error?: Error) {
    inFlight--
    if (error === undefined) {
      confirmed++
      if (!restTimer) restFor = restMs.first
      forgive(key)
      settle()
    } else {
      if (through === connection) refused.add(key)
      rest(through, () => settle(error), error)
    }
    schedule()
    if (idle.length > 0 && waiting() === 0 && !scheduled) pump()
  }

  /** Errors also come when the link is breaking; only where it still stands after the rest was it a refusal. */
  function rest(through: BridgeConnection, putBack: () => void, error: Error) {
    if (closed) return putBack()
    resting.push(putBack)
    if (restTimer) return
    restTimer = setTimeout(() => {
      if (through === connection && refused.size > 0) {
        refusalTold = true
        options.onRefused(error)
      }
      wake()
    }, restFor)
    restFor = Math.min(restFor * 2, restMs.longest)
  }

  /** It is confirmed, or not to go out any more. */
  function forgive(key: Key) {
    if (refused.delete(key) && refused.size === 0) tellNoRefusal()
  }

  function tellNoRefusal() {
    if (!refusalTold) return
    refusalTold = false
    options.onRefused()
  }

  function wake() {
    clearTimeout(restTimer)
    restTimer = undefined
    const rested = resting
    resting = []
    for (const putBack of rested) putBack()
    schedule()
  }

  function takeEvents(room: number, going: Going<Key>[]) {
    while (going.length < room && events.length > 0) {
      const waiting = oldestEvent()
      if (waiting.event.until <= Date.now()) {
        give(waiting, tooOld)
        continue
      }
      const settle = (error?: Error) => (error === undefined ? waiting.event.done() : requeue(waiting))
      going.push({ message: waiting.event.message, key: waiting, settle })
    }
  }

  function oldestEvent(): Waiting {
    const oldest = events.shift() as Waiting
    eventText -= textOf(oldest)
    return oldest
  }

  function takeTags(room: number, going: Going<Key>[]) {
    while (going.length < room && head !== tail) {
      const index = ring[head] as number
      head = (head + 1) % places
      const kind = mark[index] === refresh ? refresh : changed
      mark[index] = clean
      const body = includes(index) ? source.body(index) : undefined
      if (body === undefined) {
        forgive(index)
        continue
      }
      const subject = source.subject(index)
      const message: Message = kind === refresh ? { subject, body, refresh: true } : { subject, body }
      const settle = (error?: Error) => {
        if (error !== undefined && !closed) push(index, kind)
      }
      going.push({ message, key: index, settle })
    }
  }

  /** An answer that failed goes back to its place: answers keep their order. */
  function requeue(waiting: Waiting) {
    if (closed) return give(waiting, 'the gateway stopped')
    const place = events.findIndex((other) => other.order > waiting.order)
    events.splice(place < 0 ? events.length : place, 0, waiting)
    eventText += textOf(waiting)
    watchExpiry()
  }

  function give(waiting: Waiting, why: string) {
    dropped++
    forgive(waiting)
    waiting.event.done(new Error(why))
  }

  function dropExpired() {
    const now = Date.now()
    const expired = events.filter(({ event }) => event.until <= now)
    if (expired.length === 0) return
    events.splice(0, events.length, ...events.filter(({ event }) => event.until > now))
    for (const one of expired) {
      eventText -= textOf(one)
      give(one, tooOld)
    }
  }

  /** Events that wait grow old also while nothing is sent. */
  function watchExpiry() {
    if (expiry || closed || events.length === 0) return
    expiry = setTimeout(() => {
      expiry = undefined
      dropExpired()
      watchExpiry()
    }, 1_000)
    expiry.unref()
  }

  return {
    offer: (index) => push(index, changed),
    offerRefresh: (index) => push(index, refresh),
    offerHealth: (message) => {
      if (closed || message.subject.kind !== 'health') return
      healths.offer(message.subject.plc, message)
      schedule()
    },
    offerClearing: (clearing) => {
      clearings.offer(clearing)
      schedule()
    },
    offerEvent: (event) => {
      const waiting = { event, order: order++ }
      if (closed) return give(waiting, 'the gateway stopped')
      events.push(waiting)
      eventText += textOf(waiting)
      while (events.length > maxEvents || eventText > maxEventText) {
        give(oldestEvent(), 'too many answers wait for the broker')
      }
      watchExpiry()
      schedule()
    },
    resync: () => {
      for (let i = 0; i < source.count; i++) push(i, changed)
    },
    attach: (through) => {
      connection = through
      restFor = restMs.first
      refused.clear()
      tellNoRefusal()
      wake()
      return () => {
        if (connection === through) connection = undefined
      }
    },
    drained: (ms) =>
      new Promise((resolve) => {
        if (waiting() === 0 || !connection) return resolve()
        const timer = setTimeout(resolve, ms)
        idle.push(() => {
          clearTimeout(timer)
          resolve()
        })
      }),
    stats: () => ({ waiting: waiting(), confirmed, coalesced, dropped }),
    close: () => {
      closed = true
      connection = undefined
      clearTimeout(expiry)
      healths.close()
      clearings.close()
      wake()
      for (const waiting of events.splice(0)) give(waiting, 'the gateway stopped')
    },
  }
}
