import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packMessages, packUp, partsOf, roomFor } from './packer.ts'

const sized = fc.record({
  request: fc.integer({ min: 3, max: 60 }).map((words) => Buffer.alloc(2 * words)),
  reply: fc.integer({ min: 6, max: 480 }),
})

/** Bytes of the reply of a packet whose parts have the sizes foretold. */
const replyBytes = (replies: readonly number[]) => 4 + 2 + replies.reduce((sum, reply) => sum + 2 + reply, 0)

describe('packing', () => {
  it('keeps request and reply of every packet of several within the limit, and every item in its order', () => {
    fc.assert(
      fc.property(fc.array(sized, { maxLength: 200 }), fc.constantFrom(502, 4000), (items, limit) => {
        const packets = packUp(items, limit)
        expect(packets.flat()).toEqual(items)
        for (const packet of packets.filter(({ length }) => length > 1)) {
          expect(packMessages(packet.map(({ request }) => request)).length).toBeLessThanOrEqual(limit)
          expect(replyBytes(packet.map(({ reply }) => reply))).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  it('keeps room in every packet for what is asked last', () => {
    fc.assert(
      fc.property(fc.array(sized, { maxLength: 100 }), fc.constantFrom(502, 4000), sized, (items, limit, last) => {
        for (const packet of packUp(items, limit, last).filter(({ length }) => length > 1)) {
          const all = [...packet, last]
          expect(packMessages(all.map(({ request }) => request)).length).toBeLessThanOrEqual(limit)
          expect(replyBytes(all.map(({ reply }) => reply))).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  it('fills a packet to the last byte', () => {
    const item = { request: Buffer.alloc(24), reply: 10 }
    const limit = 8 + 26 * 7
    expect(
      packUp(
        Array.from({ length: 14 }, () => item),
        limit,
      ).map(({ length }) => length),
    ).toEqual([7, 7])
    expect(
      packUp(
        Array.from({ length: 14 }, () => item),
        limit - 1,
      ).map(({ length }) => length),
    ).toEqual([6, 6, 2])
  })

  it('tells how large a reply still fits', () => {
    const fits = { request: Buffer.alloc(10), reply: roomFor(500) }
    expect(replyBytes([fits.reply])).toBe(500)
  })

  it('puts 5,000 DINTs of 16 characters into at most 31 packets of 4002 bytes', () => {
    const item = { request: Buffer.alloc(2 + 18 + 2), reply: 12 }
    expect(
      packUp(
        Array.from({ length: 5_000 }, () => item),
        4_000,
      ).length,
    ).toBeLessThanOrEqual(31)
  })
})

describe('unpacking', () => {
  const reply = (...parts: string[]) => packMessages(parts.map((part) => Buffer.from(part, 'hex'))).subarray(6)
  const parts = (data: Buffer, count: number) => {
    const found = partsOf(data, count)
    return found && Array.from({ length: count }, (_, i) => data.toString('hex', found.start(i), found.end(i)))
  }

  it('gives each reply its own bytes', () => {
    expect(parts(reply('cc000000c400', 'cc000400', 'cc000000c30005'), 3)).toEqual([
      'cc000000c400',
      'cc000400',
      'cc000000c30005',
    ])
  })

  it('takes nothing from a reply with another count, or offsets that lead outside or backwards', () => {
    expect(parts(reply('cc000400'), 2)).toBeUndefined()
    const broken = Buffer.from(reply('cc000400', 'cc000400'))
    for (const offset of [0, 5, 300, 0xffff]) {
      broken.writeUInt16LE(offset, 4)
      expect(parts(broken, 2), `offset ${offset}`).toBeUndefined()
    }
    broken.writeUInt16LE(300, 2)
    expect(parts(broken, 2), 'both beyond the end').toBeUndefined()
  })

  it('never reads outside, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(5), (bytes, count) => void parts(Buffer.from(bytes), count)),
    )
  })
})
