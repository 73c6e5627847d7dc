import type { Frame, Wire } from './frame.ts'

/** One end of a wire, for who carries its frames. */
export interface WireEnd {
  readonly wire: Wire
  readonly ended: boolean
  /** A frame has come from the other end. */
  arrive(frame: Frame): void
  /** The connection is gone, whoever ended it. Only the first call counts. */
  end(why: string): void
}

/** What a carrier does. Neither is called after the end. */
export interface Carrier {
  send(frame: Frame): void
  /** Tells the other end that this one is closed. */
  close(): void
}

/** How many frames wait for a listener: our own pages send a handful before there is one. More ends the wire. */
const mostEarly = 10_000

/** A wire whose frames wait for their listener, and whose end is told once. */
export function createWireEnd(carrier: Carrier): WireEnd {
  let listener: ((frame: Frame) => void) | undefined
  let closeListener: ((why: Error) => void) | undefined
  let ended: Error | undefined
  const early: Frame[] = []

  function end(why: string) {
    if (ended) return
    ended = new Error(why)
    closeListener?.(ended)
  }
  function close() {
    if (ended) return
    carrier.close()
    end('closed here')
  }
  return {
    get ended() {
      return ended !== undefined
    },
    end,
    arrive: (frame) => {
      if (ended) return
      if (listener) return listener(frame)
      if (early.length < mostEarly) early.push(frame)
      else close()
    },
    wire: {
      send: (frame) => {
        if (!ended) carrier.send(frame)
      },
      onFrame: (next) => {
        listener = next
        for (const frame of early.splice(0)) next(frame)
      },
      onClose: (next) => {
        const why = ended
        if (why) void Promise.resolve().then(() => next(why))
        else closeListener = next
      },
      close,
    },
  }
}
