/** Write requests without a pause, each with a number of its own, so that a write log tells which was executed where. */
import type { Service } from '#shared/broker'
import { commandTag } from './contender.ts'
import type { Senders } from './senders.ts'

const requestEveryMs = 200

/** Five a second, on each broker in turn. `sentAt`: ms since the epoch by number. */
export function sendRequests(senders: Pick<Senders, 'send'>, namespace: string, services: readonly Service[]) {
  const sentAt = new Map<number, number>()
  const under = new Set<Promise<void>>()
  let value = 0
  let [last, lateMs] = [Date.now(), 0]
  const timer = setInterval(() => {
    const service = services[++value % services.length] ?? 'mqtt'
    const now = Date.now()
    lateMs = Math.max(lateMs, now - last - requestEveryMs)
    last = now
    sentAt.set(value, now)
    const head = { topic: namespace, factory: namespace, plc: 'Main PLC', tag: commandTag, value }
    const payload = JSON.stringify({ ...head, request_id: `r${value}`, timestamp: new Date(now).toISOString() })
    // A broker that did not take it may have it all the same: it stays among those that were sent.
    const sending = senders
      .send(service, namespace, payload)
      .catch(() => {})
      .finally(() => under.delete(sending))
    under.add(sending)
  }, requestEveryMs)
  return {
    sentAt,
    /** Longest time this process itself stood still, ms: the machine was too busy to judge what did not happen in time. */
    late: () => lateMs,
    stop: async () => {
      clearInterval(timer)
      await Promise.all(under)
    },
  }
}
