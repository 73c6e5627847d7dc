import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import { beat } from '#shared/rpc/beat'

export interface Heartbeat {
  /** This process was held up or asleep: nobody can say how old what arrives now is. */
  stoodStill(): boolean
}

/** Beats may come so late, in ms: after this the other end has given us up. */
const standstillMs = 3 * beat.everyMs

/**
 * Keeps asking whether somebody is at the other end, until the WebSocket is closed; `onDead` is told where nothing came
 * in time. The ping is answered by every browser by itself, also for a page in the background; the empty message is for
 * the page, which sees no pings. `socket` is the one under `ws`.
 */
export function startHeartbeat(
  ws: WebSocket,
  socket: Pick<Socket, 'bytesRead'>,
  onDead: (why: string) => void,
): Heartbeat {
  let beatAt = Date.now()
  let heard = socket.bytesRead
  let waiting = 0
  let quiet = 0
  // The wall clock: the other one stands still, too, while the computer sleeps.
  const stoodStill = () => Date.now() - beatAt > standstillMs

  const timer = setInterval(() => {
    if (stoodStill()) return onDead(standstillText)
    beatAt = Date.now()
    // On a slow link a large message is ahead of the ping: while it moves, somebody takes it.
    const alive = socket.bytesRead > heard || ws.bufferedAmount < waiting
    quiet = alive ? 0 : quiet + 1
    if (quiet >= beat.mostQuiet) return onDead('the other end does not answer')
    if (ws.readyState === WebSocket.OPEN) {
      ws.ping()
      ws.send(beat.text, () => {})
    }
    heard = socket.bytesRead
    waiting = ws.bufferedAmount
  }, beat.everyMs)
  ws.once('close', () => clearInterval(timer))
  return { stoodStill }
}

export const standstillText = 'this end stood still for a while'
