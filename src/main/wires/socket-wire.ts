import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import { type Frame, frameToText, textToFrame, type Wire } from '#shared/rpc'
import { beat } from '#shared/rpc/beat'
import { standstillText, startHeartbeat } from './heartbeat.ts'

/** Largest frame, either way, in bytes. The largest configuration (5 MB) passes as one. */
export const mostFrameBytes = 8 * 1024 * 1024
/** A peer that leaves this much unread is cut off: nothing may grow because somebody does not read. */
const mostBufferedBytes = 2 * mostFrameBytes
/** How long a peer may take to answer a closing. */
const closeMs = 500

/**
 * The wire over an open WebSocket, text frames only. `ws` must have been made with `maxPayload: mostFrameBytes`;
 * `socket` is the one under it. What is no frame ends this wire and nothing else. It also ends where the other end is
 * out of reach, or nobody listens here, for a few seconds: nothing that was said long ago is heard.
 */
export function socketWire(ws: WebSocket, socket: Pick<Socket, 'bytesRead'>): Wire {
  let listener = (_frame: Frame) => {}
  let closeListener: ((why: Error) => void) | undefined
  let ended: Error | undefined
  let failure: Error | undefined
  // Frames wait in the socket, not here, until somebody listens.
  ws.pause()

  function end(why: Error) {
    if (ended) return
    ended = why
    closeListener?.(why)
  }

  function close(code: number, why: string) {
    if (ws.readyState === WebSocket.OPEN) {
      ws.close(code, why)
      ws.resume()
      const timer = setTimeout(() => ws.terminate(), closeMs)
      ws.once('close', () => clearTimeout(timer))
    }
    end(new Error(why))
  }

  /** Without a goodbye: what is still on its way meets a reset. */
  function cutOff(why: string) {
    end(new Error(why))
    ws.terminate()
  }
  const heartbeat = startHeartbeat(ws, socket, cutOff)

  ws.on('message', (data, isBinary) => {
    if (ended) return
    if (heartbeat.stoodStill()) return cutOff(standstillText)
    const text = isBinary ? undefined : String(data)
    if (text === beat.text) return
    const frame = text === undefined ? undefined : textToFrame(text)
    if (frame) listener(frame)
    else close(1008, 'the other end sent something that is no frame')
  })
  ws.on('error', (error) => {
    failure = error
  })
  ws.on('close', (_code, reason) => end(failure ?? new Error(String(reason) || 'closed by the other end')))

  return {
    send: (frame) => {
      if (ended || ws.readyState !== WebSocket.OPEN) return
      const text = frameToText(frame)
      const bytes = Buffer.byteLength(text)
      if (bytes > mostFrameBytes)
        throw new RangeError(`a message of ${bytes} bytes is too large for the wire (${mostFrameBytes} are allowed)`)
      if (ws.bufferedAmount + bytes > mostBufferedBytes) return cutOff('the other end does not read what is sent to it')
      // Errors of a send are told by `close`, too.
      ws.send(text, () => {})
    },
    onFrame: (next) => {
      listener = next
      ws.resume()
    },
    onClose: (next) => {
      const why = ended
      if (why) queueMicrotask(() => next(why))
      else closeListener = next
    },
    close: () => close(1000, 'closed here'),
  }
}
