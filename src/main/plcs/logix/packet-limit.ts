/**
 * How large packets may be. A controller does not always take what it agreed to: of large ones it may refuse many at
 * once, for a moment or for good. Then they are half as large, until nothing was refused for some minutes.
 */
export interface PacketLimit {
  /** Most bytes of a request and of a reply, now. */
  readonly bytes: number
  /** Notes that a packet made for this limit was refused; all that were made for one limit count once. */
  refused(bytes: number): void
  /** Larger again, where it is time. Called before each read. */
  recover(): void
}

const smallest = 100
const calmMs = 300_000

/** `onChange` is called when `bytes` is another. */
export function makePacketLimit(agreed: number, onChange: () => void): PacketLimit {
  let bytes = agreed
  /** `performance.now()` of the next step up; Infinity where none is left. */
  let recoverAt = Number.POSITIVE_INFINITY
  const become = (next: number) => {
    recoverAt = next < agreed ? performance.now() + calmMs : Number.POSITIVE_INFINITY
    if (next === bytes) return
    bytes = next
    onChange()
  }
  return {
    get bytes() {
      return bytes
    },
    refused: (of) => become(of === bytes ? Math.max(smallest, Math.floor(bytes / 2)) : bytes),
    recover: () => {
      if (performance.now() >= recoverAt) become(Math.min(agreed, 2 * bytes))
    },
  }
}
