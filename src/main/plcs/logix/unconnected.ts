import { replyBit, service as services } from '#main/plcs/cip'
import { at, rrData, unconnectedSend } from './eip.ts'
import { lostWay } from './lost-way.ts'
import type { Wire, WireOptions } from './wire.ts'

/** What devices take in an unconnected message (504 bytes), less what Unconnected Send puts around it. */
const mostBytes = 504
const wrapping = 14

/** A wire without a connection: each request on its own, through Unconnected Send where there is a route. */
export function unconnectedWire({ session, route, path, timeoutMs }: WireOptions, degraded: string): Wire {
  const routed = route.length > 0
  const serviceAt = routed ? at.rrMessage + 10 : at.rrMessage
  let forget = () => {}
  return {
    limit: routed ? mostBytes - wrapping - route.length : mostBytes,
    degraded,
    silenceMs: Number.POSITIVE_INFINITY,
    frame: (message) => rrData(session.handle, routed ? unconnectedSend(message, route, timeoutMs) : message),
    send: (frame, take) => {
      const service = frame.readUInt8(serviceAt) | replyBit
      forget()
      forget = session.exchange(frame, (message) => {
        const isRouters = routed && message[0] === (services.unconnectedSend | replyBit)
        if (message[0] !== service && !isRouters) return
        const lost = lostWay(message, isRouters ? path : undefined)
        // Before its asker hears of it, and the next one sends: nothing follows to a slot that was empty.
        if (lost) session.fail(lost)
        take(message)
      })
    },
    resend: () => {},
    close: async () => forget(),
  }
}
