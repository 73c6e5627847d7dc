import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unitData } from './eip.ts'
import { frameDecoder, ProtocolError, parseRRData, parseUnitData } from './frame.ts'

const frames = [Buffer.alloc(0), Buffer.from('4c00', 'hex'), Buffer.alloc(300, 7)].map((message, i) =>
  unitData(0x11, 0x22, i, message),
)
const stream = Buffer.concat(frames)

function decodeAll(chunks: Buffer[]): string[] {
  const got: string[] = []
  const push = frameDecoder((frame) => got.push(frame.toString('hex')))
  for (const chunk of chunks) push(chunk)
  return got
}

const whole = frames.map((frame) => frame.toString('hex'))

describe('frames are found in a stream', () => {
  it('that is cut once, at every byte', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      expect(decodeAll([stream.subarray(0, cut), stream.subarray(cut)]), `cut at ${cut}`).toEqual(whole)
    }
  })

  it('that comes byte by byte, or all at once', () => {
    expect(decodeAll([...stream].map((byte) => Buffer.from([byte])))).toEqual(whole)
    expect(decodeAll([stream])).toEqual(whole)
  })

  it('that is cut anywhere, any number of times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), stream.length]
        expect(decodeAll(ends.map((end, i) => stream.subarray(ends[i - 1] ?? 0, end)))).toEqual(whole)
      }),
    )
  })

  it('and half a frame is none', () => {
    expect(decodeAll([stream.subarray(0, (frames[0]?.length ?? 0) - 1)])).toEqual([])
  })
})

describe('what is not EtherNet/IP', () => {
  it('ends the session with a text that asks for the port', () => {
    for (const garbage of ['HTTP/1.1 400 Bad Request\r\n', 'SSH-2.0-OpenSSH_9.6 and some more']) {
      expect(() => decodeAll([Buffer.from(garbage)])).toThrow(ProtocolError)
    }
    const tooLong = Buffer.alloc(24)
    tooLong.writeUInt16LE(0x6f, 0)
    tooLong.writeUInt16LE(0xffff, 2)
    expect(() => decodeAll([tooLong])).toThrow(/Is the port right/)
  })

  it('never makes the item parsers read beyond a frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const frame = Buffer.concat([Buffer.alloc(24), bytes])
        const unit = parseUnitData(frame)
        if (unit) expect(unit.message.length).toBeLessThanOrEqual(bytes.length)
        parseRRData(frame)
      }),
    )
  })
})
