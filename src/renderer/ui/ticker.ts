/** One clock for all ages on the screen: many timers of their own would wake the page all the time. */
import { useSyncExternalStore } from 'react'

const tickMs = 500
const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function listen(changed: () => void): () => void {
  listeners.add(changed)
  if (timer === undefined) {
    now = Date.now()
    timer = setInterval(() => {
      now = Date.now()
      for (const listener of [...listeners]) listener()
    }, tickMs)
  }
  return () => {
    listeners.delete(changed)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** ms since the epoch, twice a second. */
export function useNow(): number {
  return useSyncExternalStore(listen, () => now)
}
