/**
 * Replies that do not come from the controller: a router on the way answers for it, with a code of its own. The link is
 * lost with one, as it is with silence.
 */
import { status as st } from '#main/plcs/cip'
import { parseReply } from './reply.ts'
import { hopText } from './route.ts'
import { isTimedOut, statusText } from './status.ts'

/**
 * Why a message did not get to the controller, or its reply not back; undefined where the reply is the controller's
 * own. `path`: the reply is one of Unconnected Send itself along this connection path, whose last byte counts the words
 * of the route ahead (CIP Vol. 1, 3-5.5.4), so that the text names the hop.
 */
export function lostWay(message: Buffer, path?: string): Error | undefined {
  // Nearly all replies are good ones: they are not taken apart for this.
  if (message[2] !== st.connectionFailure && message[2] !== st.vendorSpecific) return undefined
  const { status, extended, data } = parseReply(message)
  const isRouters = path !== undefined && status === st.connectionFailure
  if (!isRouters && !isTimedOut(status, extended)) return undefined
  const hop = path === undefined || data.length === 0 ? '' : hopText(path, data.readUInt8(0))
  return new Error(`${hop}${statusText(status, extended)}`)
}
