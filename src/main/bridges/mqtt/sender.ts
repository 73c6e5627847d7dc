import type { Writable } from 'node:stream'
import type { MqttClient } from 'mqtt'
import type { Publication } from './address.ts'

/** One message between `publish` and its settlement. */
export interface Sending {
  readonly publication: Publication
  settled(error?: Error): void
}

export interface Sender {
  /** Takes messages in this order. Each is settled exactly once, never before this returns. */
  send(sendings: readonly Sending[]): void
  /** Settles all that is open, and all that comes later, with this error. */
  end(error: Error): void
  /** Called once a second: how many seconds the oldest unconfirmed message has waited. */
  tick(): number
}

interface Open extends Sending {
  readonly sentAt: number
}

/**
 * Keeps at most `window` messages unconfirmed, and the next one leaves with each confirmation: waiting for a whole
 * batch costs 40 ms each with a broker that does not switch Nagle off (performance.md §3).
 * What is over the window waits here: the outbox gives no more than the bridge's limit, so that is little.
 */
export function createSender(
  client: MqttClient,
  socket: Pick<Writable, 'cork' | 'uncork'>,
  window: number,
  refused: (topic: string, error: Error) => Error,
): Sender {
  /** By order of sending: the first is the oldest. */
  const open = new Map<number, Open>()
  let waiting: Sending[] = []
  let next = 0
  let order = 0
  // Counted, not measured: while this process stood still the confirmations could not be read either.
  let seconds = 0
  let ended: Error | undefined
  let corked = false

  function pump() {
    while (!ended && open.size < window) {
      const sending = waiting[next]
      if (!sending) break
      next++
      launch(sending)
    }
    if (next > 0 && next === waiting.length) {
      waiting = []
      next = 0
    }
  }

  /**
   * What leaves in this turn of the event loop leaves in one write: confirmations come many in one read, and a system
   * call for each message that follows them would cost more than all the rest of it.
   */
  function gather() {
    if (corked) return
    corked = true
    socket.cork()
    setImmediate(() => {
      corked = false
      socket.uncork()
    })
  }

  function launch(sending: Sending) {
    gather()
    const { topic, payload, options } = sending.publication
    const key = order++
    open.set(key, { publication: sending.publication, settled: sending.settled, sentAt: seconds })
    client.publish(topic, payload, options, (error) => {
      if (!open.delete(key)) return
      if (error) sending.settled(refused(topic, error))
      else sending.settled()
      pump()
    })
  }

  return {
    send: (sendings) => {
      const error = ended
      if (error) return queueMicrotask(() => settleAll(sendings, error))
      waiting.push(...sendings)
      pump()
    },
    end: (error) => {
      if (ended) return
      ended = error
      const all = [...open.values(), ...waiting.slice(next)]
      open.clear()
      waiting = []
      next = 0
      settleAll(all, error)
    },
    tick: () => {
      seconds++
      const oldest = open.values().next()
      return oldest.done ? 0 : seconds - oldest.value.sentAt
    },
  }
}

function settleAll(sendings: readonly Sending[], error: Error) {
  for (const sending of sendings) sending.settled(error)
}
