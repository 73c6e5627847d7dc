import { replyBit, service as services, status as st } from '#main/plcs/cip'
import { at, rrData, unconnectedSend } from './eip.ts'
import { type CipReply, parseReply } from './reply.ts'
import { hopText } from './route.ts'
import { statusText } from './status.ts'
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
        const why = isRouters ? routingFailure(parseReply(message), path) : undefined
        // Before its asker hears of it, who sends the next message with that: nothing follows to a slot that was empty.
        if (why) session.fail(new Error(why))
        take(message)
      })
    },
    resend: () => {},
    close: async () => forget(),
  }
}

/**
 * Why a router on the way, which answers for itself with the service of Unconnected Send, did not pass a message on: in
 * words that name the hop. Undefined where the answer is the controller's own, to a read of the same service number.
 * The last byte of such an answer counts the words of the route ahead (CIP Vol. 1, 3-5.5.4).
 */
function routingFailure({ status, extended, data }: CipReply, path: string): string | undefined {
  if (status !== st.connectionFailure) return undefined
  return `${hopText(path, data.length > 0 ? data.readUInt8(0) : undefined)}${statusText(status, extended)}`
}
