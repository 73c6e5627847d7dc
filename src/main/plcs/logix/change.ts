import { cipClass, service, status as st } from '#main/plcs/cip'
import { message, objectPath } from './eip.ts'
import type { CipReply } from './reply.ts'

/** Asks for the counters that move with every change of program or tags (class 0xAC; 1756-PM020, "Detect changes"). */
export const changeRequest = message(
  service.getAttributeList,
  objectPath(cipClass.change, 1),
  Buffer.from([5, 0, 1, 0, 2, 0, 3, 0, 4, 0, 10, 0]),
)

/** What the counters tell of a program that was read when they said `stamp`. Not told is not the same. */
export function checkStamp(reply: CipReply, stamp: string | undefined): 'same' | 'other' | 'no-room' {
  if (reply.status === st.partialTransfer || reply.status === st.replyTooLarge) return 'no-room'
  return changeStamp(reply) === stamp ? 'same' : 'other'
}

/** The counters as one text to compare; undefined where the controller does not tell them, or not just now. */
export function changeStamp(reply: CipReply): string | undefined {
  return reply.status === st.ok ? reply.data.toString('hex') : undefined
}
