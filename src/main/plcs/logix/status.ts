/**
 * CIP status codes as a Logix controller uses them, in words for the operator: what it means and what to do
 * (CIP Vol. 1, appendix B; 1756-PM020).
 */

import { extendedStatus as ext, status as st } from '#main/plcs/cip'
import type { ReadFailureReason } from '#shared/tag'

interface Meaning {
  readonly words: string
  readonly hint: string
  readonly reason: ReadFailureReason
  /** Nobody knows what became of the request: the controller may have got it, and done it (CIP Vol. 1, 3-5.5.4). */
  readonly timedOut?: true
  /** What is known of the program does not fit the one that answers. */
  readonly otherProgram?: true
}

const refused = (words: string, hint: string): Meaning => ({ words, hint, reason: 'refused' })
const ours = 'This is a fault of this program: please report it with the log.'

const general: { readonly [status: number]: Meaning } = {
  [st.connectionFailure]: refused('the connection failed', 'Check slot and connection path.'),
  [st.resourceUnavailable]: refused(
    'the controller has no resources left',
    'Fewer clients or a slower poll rate help.',
  ),
  [st.pathSegmentError]: {
    words: 'no such tag or member',
    hint: 'Check the spelling, and the scope: Program:Name.Tag for a program tag.',
    reason: 'unknown-tag',
  },
  [st.pathUnknown]: {
    words: 'no such tag, member, element or program',
    hint: 'Check the spelling and the index; a download in progress answers the same.',
    reason: 'unknown-tag',
  },
  [st.partialTransfer]: refused('the answer did not fit', 'It is read in parts.'),
  [st.serviceNotSupported]: refused(
    'the controller does not know this service',
    'Check that it is a Logix controller.',
  ),
  [st.attributeListError]: refused('an attribute can not be read', 'The firmware may be too old for it.'),
  [st.privilegeViolation]: {
    words: 'the controller does not allow access',
    hint: 'Check External Access in the controller project. Of a structure with a member set to None, read the other members.',
    reason: 'no-access',
  },
  [st.deviceStateConflict]: refused('the state of the controller does not allow it', 'Check keyswitch and mode.'),
  [st.replyTooLarge]: refused('the reply is too large', 'It is asked for in smaller parts.'),
  [st.notEnoughData]: refused('the request holds too little data', ours),
  [st.attributeNotSupported]: refused('the attribute is not supported', 'The firmware may be too old for it.'),
  [st.tooMuchData]: refused('the request holds too much data', ours),
  [st.objectDoesNotExist]: {
    words: 'the object does not exist',
    hint: 'Check the spelling of the tag.',
    reason: 'unknown-tag',
  },
  26: refused('the request is too large for a router on the way', 'Check the connection path; use fewer hops.'),
  27: refused('the reply is too large for a router on the way', 'Check the connection path; use fewer hops.'),
  28: refused('attribute data is missing', ours),
  [st.embeddedServiceError]: refused('a part of the request failed', 'The parts tell which.'),
  [st.vendorSpecific]: refused('the controller answered with an error of its own', 'Look the code up in its manual.'),
  [st.pathSizeInvalid]: refused('the size of the path is wrong', ours),
  [st.extended]: refused('the controller answered with an error of its own', 'Look the code up in its manual.'),
}

/** Meanings of status and extended status together; the key is `status << 16 | extended`. */
const both = new Map<number, Meaning>()
const add = (status: number, extended: number, meaning: Meaning) => both.set((status << 16) | extended, meaning)

const outOfConnections = refused(
  'no connection is left at the device',
  'Close other clients, or wait a minute for old connections to end.',
)
add(
  st.connectionFailure,
  ext.duplicateForwardOpen,
  refused('the connection is open already', 'It ends by itself within a minute.'),
)
add(
  st.connectionFailure,
  ext.connectionNotFound,
  refused('the connection is not open', 'Nothing to do: it had ended before.'),
)
add(
  st.connectionFailure,
  ext.unsupportedSize,
  refused('the size of the connection is not supported', 'A smaller one is tried.'),
)
add(
  st.connectionFailure,
  ext.rpiNotSupported,
  refused('the packet interval is not supported', 'A longer one is tried.'),
)
add(
  st.connectionFailure,
  ext.rpiNotAcceptable,
  refused('the packet interval is not acceptable', 'A longer one is tried.'),
)
add(st.connectionFailure, ext.outOfConnections, outOfConnections)
add(st.connectionFailure, ext.noMoreConnections, outOfConnections)
const timedOut: Meaning = {
  ...refused(
    'the controller did not answer on the way there',
    'Check that the module in this slot runs; it is tried again.',
  ),
  timedOut: true,
}
add(st.connectionFailure, ext.connectionTimedOut, timedOut)
add(st.connectionFailure, ext.unconnectedTimedOut, timedOut)
add(st.vendorSpecific, ext.connectionTimedOut, timedOut)
const badPath = 'Check slot and connection path of the PLC.'
add(
  st.connectionFailure,
  ext.portNotAvailable,
  refused(
    'the path names a port the device does not have',
    `${badPath} A Micro800 has no slots: it wants driver: micro800.`,
  ),
)
add(st.connectionFailure, ext.linkAddressNotValid, refused('no module answers in this slot', badPath))
add(st.connectionFailure, ext.badSegment, refused('the device does not understand the path', badPath))
add(
  st.deviceStateConflict,
  ext.keyswitch,
  refused('the keyswitch is in RUN: the controller takes no changes', 'Turn it to REM.'),
)
add(st.deviceStateConflict, 0x2802, refused('the controller is safety locked', 'Unlock it, or use a standard tag.'))
const otherProgram = (words: string, hint: string): Meaning => ({ ...refused(words, hint), otherProgram: true })
add(
  st.extended,
  ext.offsetOutOfRange,
  otherProgram('the offset is beyond the end of the tag', 'The program was changed; it is read anew.'),
)
add(st.extended, ext.beyondEnd, {
  words: 'the index or the number of elements is beyond the end of the array',
  hint: 'Check the index against the size of the array in the controller.',
  reason: 'out-of-range',
})
add(
  st.extended,
  ext.typeMismatch,
  otherProgram('the type is another in the controller', 'The program was changed; its types are read anew.'),
)
add(
  st.extended,
  ext.downloadInProgress,
  otherProgram('a program is being loaded', 'Wait until the download has ended.'),
)

function meaningOf(status: number, extended: readonly number[]): Meaning {
  const unknown = refused('the controller refused', 'Look the code up in its manual.')
  return both.get((status << 16) | (extended[0] ?? 0)) ?? general[status] ?? unknown
}

const hex = (value: number, digits: number) => `0x${value.toString(16).toUpperCase().padStart(digits, '0')}`

/** A status in words with its code and a hint: `no such tag or member (CIP status 0x04). Check …`. */
export function statusText(status: number, extended: readonly number[] = []): string {
  const { words, hint } = meaningOf(status, extended)
  const codes = [hex(status, 2), ...extended.map((word) => hex(word, 4))].join('/')
  return `${words} (CIP status ${codes}). ${hint}`
}

/** The reason a read has failed with this status. */
export function failureReason(status: number, extended: readonly number[] = []): ReadFailureReason {
  return meaningOf(status, extended).reason
}

/** Whether a refusal is a sign that the program was changed: it may be for a tag that is not there any more, too. */
export function hintsAtOtherProgram(status: number, extended: readonly number[]): boolean {
  const { otherProgram, reason } = meaningOf(status, extended)
  return otherProgram === true || reason === 'unknown-tag'
}

/** Whether a router on the way waited for the controller's answer in vain: the request may have been done all the same. */
export function isTimedOut(status: number, extended: readonly number[]): boolean {
  return meaningOf(status, extended).timedOut === true
}
