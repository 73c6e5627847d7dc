import { WebSocket } from 'ws'
import { type Frame, frameToText, textToFrame, type Wire } from '#shared/rpc'

/** Largest frame, either way, in bytes. The largest configuration (5 MB) passes as one. */
export const mostFrameBytes = 8 * 1024 * 1024
/** A peer that leaves this much unread is cut off: nothing may grow because somebody does not read. */
const mostBufferedBytes = 2 * mostFrameBytes
/** How long a peer may take to answer a closing. */
const closeMs = 500

/**
 * The wire over an open WebSocket, text frames only. `ws` must have been made with `maxPayload: mostFrameBytes`. What is
 * no frame ends this wire and nothing else.
 */
export function socketWire(ws: WebSocket): Wire {
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

  ws.on('message', (data, isBinary) => {
    if (ended) return
    const frame = isBinary ? undefined : textToFrame(String(data))
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
      if (ws.bufferedAmount + bytes > mostBufferedBytes) {
        end(new Error('the other end does not read what is sent to it'))
        return ws.terminate()
      }
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
