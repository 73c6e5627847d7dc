import { expect, it, vi } from 'vitest'
import { extendedStatus as ext, status as st } from '#main/plcs/cip'
import { makeExchange } from './exchange.ts'
import { openLanes } from './lanes.ts'
import { makeModel } from './model.ts'
import { makePacketLimit } from './packet-limit.ts'
import { dint, replyMessage } from './scripted-peer.ts'
import type { Wire } from './wire.ts'
import { writeTag } from './write.ts'

/** A controller that refuses every write with this status. */
function refusing(status: number, extended: readonly number[]) {
  const wire: Wire = {
    ...{ limit: 500, degraded: '', silenceMs: 16_000 },
    frame: (message) => message,
    send: (message, take) => {
      const service = message.readUInt8(0)
      const read = Buffer.concat([replyMessage(service, st.ok), dint(1)])
      take(service === 0x4c ? read : replyMessage(service, status, extended))
    },
    resend: () => {},
    close: async () => {},
  }
  const model = makeModel(undefined, true)
  const suspect = vi.fn()
  const exchange = makeExchange(wire, openLanes([wire], { timeoutMs: 1_000, onSilence: () => {} }))
  const controller = {
    ...{ exchange, multiple: false, packetLimit: makePacketLimit(wire.limit, () => {}) },
    ...{ model: () => model, suspect, distrust: () => {} },
  }
  const options = { signal: new AbortController().signal, deadline: Date.now() + 5_000, guard: () => undefined }
  return { suspect, write: () => writeTag(controller, 'A[7]', 1, options) }
}

it.each([
  ['a type that is another', st.extended, [ext.typeMismatch], true],
  ['a download in progress', st.extended, [ext.downloadInProgress], true],
  ['an offset beyond the end', st.extended, [ext.offsetOutOfRange], true],
  ['a name that is not there', st.pathSegmentError, [0], true],
  ['an index beyond the end', st.extended, [ext.beyondEnd], false],
  ['a code of its own', st.extended, [0x1234], false],
  ['the keyswitch', st.deviceStateConflict, [ext.keyswitch], false],
])('a write that is refused for %s is a sign of another program or not', async (_, status, extended, isSign) => {
  const { suspect, write } = refusing(status, extended)
  expect(await write()).toMatchObject({ kind: 'refused' })
  expect(suspect).toHaveBeenCalledTimes(isSign ? 1 : 0)
})
