import { frameToText, textToFrame, type Wire } from './frame.ts'
import { createWireEnd, type WireEnd } from './wire-end.ts'

/** Two ends of one wire in memory. Frames go through their text and arrive later, as on a real one. */
export function joinedWires(): readonly [Wire, Wire] {
  const left: WireEnd = createEnd(() => right)
  const right: WireEnd = createEnd(() => left)
  return [left.wire, right.wire]
}

function createEnd(peer: () => WireEnd): WireEnd {
  const later = (work: () => void) => void Promise.resolve().then(work)
  return createWireEnd({
    send: (frame) => {
      const text = frameToText(frame)
      later(() => {
        const arrived = textToFrame(text)
        if (arrived) peer().arrive(arrived)
      })
    },
    close: () => later(() => peer().end('closed by the other end')),
  })
}
