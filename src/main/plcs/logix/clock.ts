import { cipClass, service, status as st } from '#main/plcs/cip'
import { message, objectPath } from './eip.ts'
import type { CipReply } from './reply.ts'

/** UTC, and the time of the controller's time zone: some firmware tells only this. µs since 1970. */
const utc = 6
const local = 11

/** Asks for the wall clock (class 0x8B). */
export const clockRequest = message(
  service.getAttributeList,
  objectPath(cipClass.clock, 1),
  Buffer.from([2, 0, utc, 0, local, 0]),
)

/** ms since the epoch; undefined where the controller does not tell them. UTC before the local time. */
export function parseClock({ status, data }: CipReply): number | undefined {
  if (status !== st.ok && status !== st.attributeListError) return undefined
  const told = new Map<number, number>()
  // Each: attribute, status, and 8 bytes where it is told.
  for (let at = 2; at + 4 <= data.length; ) {
    const [id, code] = [data.readUInt16LE(at), data.readUInt16LE(at + 2)]
    at += 4
    if (code !== st.ok) continue
    if (at + 8 > data.length) return undefined
    told.set(id, Number(data.readBigInt64LE(at) / 1000n))
    at += 8
  }
  return told.get(utc) ?? told.get(local)
}
