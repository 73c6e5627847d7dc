/** Cuts what TCP brings into encapsulation frames (CIP Vol. 2, 2-3.1): any split, any number at once. */

export const headerBytes = 24
const largestFrame = headerBytes + 0xffff

/**
 * Gives a function that takes chunks and calls `onFrame` with each whole frame. A frame is valid only during the call
 * and until the next chunk: who keeps it copies it.
 */
export function createFrameReader(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let store: Buffer | undefined
  let stored = 0

  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      if (stored === 0) {
        const rest = chunk.length - at
        const length = rest >= headerBytes ? headerBytes + chunk.readUInt16LE(at + 2) : Number.POSITIVE_INFINITY
        if (length <= rest) {
          onFrame(chunk.subarray(at, at + length))
          at += length
          continue
        }
      }
      store ??= Buffer.allocUnsafeSlow(largestFrame)
      const wanted = stored < headerBytes ? headerBytes : headerBytes + store.readUInt16LE(2)
      const taken = chunk.copy(store, stored, at, Math.min(chunk.length, at + wanted - stored))
      at += taken
      stored += taken
      if (stored < headerBytes || stored < headerBytes + store.readUInt16LE(2)) continue
      const frame = store.subarray(0, stored)
      stored = 0
      onFrame(frame)
    }
  }
}
