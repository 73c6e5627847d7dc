/**
 * Whether a write may leave for a PLC now. Asked last, synchronously, immediately before the bytes leave. The parts are
 * asked in order, the first that is closed decides; isolation adds its own (claim, pin).
 */
import type { EntryId } from '#shared/broker'
import type { GateState, WriteMode } from '#shared/write'

export type Gate = (entry: EntryId, plc: string, requestId?: string) => GateState

/** One reason not to write; undefined where this part does not object. */
export type GatePart = (
  entry: EntryId,
  plc: string,
  requestId?: string,
) => Exclude<GateState, { open: true }> | undefined

export function createGate(parts: readonly GatePart[]): Gate {
  return (entry, plc, requestId) => {
    for (const part of parts) {
      const closed = part(entry, plc, requestId)
      if (closed) return closed
    }
    return { open: true }
  }
}

export function writeModePart(mode: () => WriteMode): GatePart {
  return () =>
    mode() === 'armed'
      ? undefined
      : {
          open: false,
          why: 'this gateway is read-only',
          hint: 'Switch the write mode to armed when writes are wanted.',
        }
}

/** Closed for single requests, by their id: an isolation run sends one, to see that a closed gate is respected. */
export function testPart(closedFor: ReadonlySet<string>): GatePart {
  return (_entry, _plc, requestId) =>
    requestId !== undefined && closedFor.has(requestId)
      ? { open: false, why: 'the isolation run tries the gate with this request', hint: 'Nothing is to be done.' }
      : undefined
}

/** `problem` is the journal's: '' while it can be written. */
export function journalPart(problem: () => string): GatePart {
  return () => {
    const why = problem()
    return why
      ? {
          open: false,
          why: `the journal can't be written (${why})`,
          hint: 'Make room on the disk, or give the gateway the right to write there.',
        }
      : undefined
  }
}
