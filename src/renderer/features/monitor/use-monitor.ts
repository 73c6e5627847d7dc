import { useEffect, useState } from 'react'
import { api } from '#renderer/api/index'
import type { MonitorFilter } from '#shared/contract/monitor'
import { arrived, begun, cleared, emptyTimeline, paused, resumed, type Timeline } from './timeline.ts'

export interface Monitor {
  readonly timeline: Timeline
  /** Why nothing comes; '' else. */
  readonly error: string
  pause(): void
  resume(): void
  clear(): void
}

/** Watches all brokers while it is on the screen. Messages come in bursts: the list is set once for each. */
export function useMonitor(filter: MonitorFilter): Monitor {
  const [timeline, setTimeline] = useState<Timeline>(emptyTimeline)
  const [error, setError] = useState('')
  const key = JSON.stringify(filter)
  useEffect(() => {
    setError('')
    // Another filter: what passed the one before says nothing.
    setTimeline(cleared)
    return api.subscribe(
      'monitor.messages',
      { filter: JSON.parse(key) as MonitorFilter },
      {
        onBegin: () => setTimeline(begun),
        onItems: (items, dropped) => {
          setTimeline((now) => arrived(now, items, dropped))
          // The gateway sends the next when this is through: at most ten times a second.
          return new Promise((resolve) => setTimeout(resolve, 100))
        },
        onEnd: (why) => setError(why.message),
      },
    )
  }, [key])
  return {
    timeline,
    error,
    pause: () => setTimeline(paused),
    resume: () => setTimeline(resumed),
    clear: () => setTimeline(cleared),
  }
}
