import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createController } from './controller.ts'
import { noFaults } from './faults.ts'
import { createFrameReader } from './frame-reader.ts'
import { guideProgram } from './guide-program.ts'
import { execute } from './message-router.ts'
import { profiles } from './profiles.ts'
import type { Reply } from './reply.ts'
import { frame, hex, multiple, path, readTag, request, u16, u32 } from './test-raw-client.ts'
import { testBed } from './test-simulators.ts'

const bed = testBed()
const requests = [
  readTag(path('Test_Array'), 10),
  request(0x4d, path('Test_DINT'), Buffer.concat([hex('c400'), u16(1), u32(1)])),
  request(0x53, path('Test_Array'), Buffer.concat([hex('c400'), u16(10), u32(8), u32(1)])),
  request(0x4e, path('Test_DINT'), Buffer.concat([u16(4), u32(1), u32(2)])),
  request(0x55, hex('206b25000000'), u16(4, 1, 2, 8, 10)),
  request(0x03, hex('206c25002101'), u16(4, 4, 5, 2, 1)),
  request(0x4c, hex('206c25002101'), Buffer.concat([u32(0), u16(400)])),
  request(0x04, hex('208b2401'), Buffer.concat([u16(1, 6), Buffer.alloc(8)])),
  multiple(readTag(path('Test_REAL')), readTag(path('Test_String')), hex('0102 20012401')),
]

describe('hostile input', () => {
  it('any damage to any request is answered, and nothing is written beyond the limit', () => {
    const controller = createController({
      program: guideProgram(),
      profile: profiles.logix5580,
      serial: 1,
      slot: 0,
      faults: noFaults(64),
    })
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
    fc.assert(
      fc.property(
        fc.constantFrom(...requests),
        damage,
        fc.nat(),
        fc.integer({ min: 8, max: 500 }),
        (original, changes, cut, limit) => {
          const bytes = Buffer.from(original.subarray(0, cut % 3 === 0 ? cut % (original.length + 1) : original.length))
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value
          const reply: Reply = { bytes: Buffer.alloc(1_000, 0xee), at: 0, limit }
          execute(controller, bytes, 0, bytes.length, { routed: true, embedded: false }, reply)
          expect(reply.at).toBeGreaterThanOrEqual(4)
          expect(reply.at).toBeLessThanOrEqual(limit)
          expect(reply.bytes.subarray(limit).every((byte) => byte === 0xee)).toBe(true)
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it('garbage on the wire ends at most its own connection', async () => {
    const simulator = await bed.start({ program: guideProgram() })
    const bad = await bed.client(simulator)
    for (const command of [0x65, 0x6f, 0x70, 0x63, 0xffff]) {
      for (let length = 0; length < 40; length++) bad.send(frame(command, bad.session, Buffer.alloc(length, length)))
    }
    bad.send(Buffer.concat([u16(0x6f, 0xffff), Buffer.alloc(100)]))
    const good = await bed.client(simulator)
    expect((await good.unconnected(readTag(path('Test_ReadOnly')))).data).toEqual(hex('c400 2a000000'))
    bad.close()
  })

  it('frames are the same however TCP cuts them', () => {
    const frames = [0, 1, 200, 5_000, 0xffff].map((length) => frame(0x6f, 7, Buffer.alloc(length, length & 0xff)))
    const stream = Buffer.concat(frames)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 50 }), (cuts) => {
        const seen: Buffer[] = []
        const read = createFrameReader((whole) => seen.push(Buffer.from(whole)))
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length] ?? 1
          read(stream.subarray(at, at + size))
          at += size
        }
        expect(Buffer.concat(seen).equals(stream)).toBe(true)
        expect(seen).toHaveLength(frames.length)
      }),
      { numRuns: 50 },
    )
  })
})
