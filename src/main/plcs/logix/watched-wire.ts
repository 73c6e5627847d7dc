import type { Wire } from './wire.ts'

/** A wire with its silence watched: a read is sent once more at half the time, and at the end `onSilence` is told. */
export interface WatchedWire {
  send(request: Sendable, take: (message: Buffer) => void): void
  stop(): void
}

export interface SilenceOptions {
  /** ms a wire may be silent after a request before it counts as lost. */
  readonly timeoutMs: number
  /** Called when a wire did not answer in time. */
  onSilence(): void
}

interface Sendable {
  readonly frame: Buffer
  /** Whether it may be sent twice under one sequence count. */
  readonly repeatable: boolean
}

/** One timer for all requests of a wire, wound up anew by each: making and clearing one for each costs more than the rest. */
export function watchedWire(wire: Wire, { timeoutMs, onSilence }: SilenceOptions): WatchedWire {
  let waiting: Sendable | undefined
  let resent = false
  let timer: NodeJS.Timeout | undefined
  const halfOver = () => {
    if (!waiting) return
    if (resent) return onSilence()
    resent = true
    if (waiting.repeatable) wire.resend(waiting.frame)
    timer?.refresh()
  }
  return {
    send: (request, take) => {
      waiting = request
      resent = false
      if (timer) timer.refresh()
      else timer = setTimeout(halfOver, Math.max(1, Math.round(timeoutMs / 2)))
      wire.send(request.frame, (message) => {
        waiting = undefined
        take(message)
      })
    },
    stop: () => {
      waiting = undefined
      clearTimeout(timer)
    },
  }
}
