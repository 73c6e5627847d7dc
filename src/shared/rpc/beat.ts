/**
 * What both ends of a WebSocket say while nothing else is to be said. Without it a pulled cable is noticed by TCP after
 * minutes, and what was clicked meanwhile is carried out when the cable is back.
 */
export const beat = {
  /** A message without content: no frame. */
  text: '',
  everyMs: 2_000,
  /** Nothing heard in so many beats, one after the other: the link is dead. Counted, since timers can be late. */
  mostQuiet: 2,
} as const
