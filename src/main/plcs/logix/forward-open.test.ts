import { describe, expect, it } from 'vitest'
import { afterRefusal, firstAttempt, forwardClose, type Next, parseOpened, silenceMs } from './forward-open.ts'

const large = firstAttempt(true)
const small = firstAttempt(false)
const kind = (next: Next) =>
  next.kind === 'try' ? `try ${next.attempt.large ? 'large' : 'small'} ${next.attempt.size}` : next.kind

describe('the ladder after a refusal', () => {
  it.each([
    ['service unknown', large, 0x08, [], 'try small 504'],
    ['service unknown', small, 0x08, [], 'unconnected'],
    ['size unsupported', large, 0x01, [0x0109], 'try small 504'],
    ['size unsupported, another offered', large, 0x01, [0x0109, 1000], 'try large 1000'],
    ['a nonsense size offered', large, 0x01, [0x0109, 3], 'try small 504'],
    ['small size unsupported', small, 0x01, [0x0109], 'unconnected'],
    ['out of connections', large, 0x01, [0x0113], 'unconnected'],
    ['no more connections', large, 0x01, [0x011a], 'unconnected'],
    ['no resources', large, 0x02, [], 'unconnected'],
    ['port not available', large, 0x01, [0x0311], 'fail'],
    ['no module in the slot', large, 0x01, [0x0312], 'fail'],
    ['silent module', large, 0x01, [0x0204], 'fail'],
    ['anything else', large, 0x0c, [], 'try small 504'],
  ] as const)('%s', (_, attempt, status, extended, expected) => {
    expect(kind(afterRefusal(attempt, status, extended))).toBe(expected)
  })

  it('an offered size is tried once', () => {
    const next = afterRefusal(large, 0x01, [0x0109, 1000])
    expect(next.kind === 'try' && kind(afterRefusal(next.attempt, 0x01, [0x0109, 800]))).toBe('try small 504')
  })

  it('a duplicate is tried again with another serial, three times', () => {
    let next: Next = { kind: 'try', attempt: large }
    for (let i = 0; i < 3; i++) {
      if (next.kind !== 'try') throw new Error('gave up too early')
      next = afterRefusal(next.attempt, 0x01, [0x0100])
    }
    expect(next).toMatchObject({ kind: 'try', attempt: { large: true, duplicates: 3 } })
    expect(next.kind === 'try' && afterRefusal(next.attempt, 0x01, [0x0100])).toMatchObject({
      kind: 'fail',
      person: false,
    })
  })

  it('a longer interval is tried once: the one offered, or five seconds', () => {
    expect(afterRefusal(large, 0x01, [0x0111, 0x2dc0, 0x00c6 & 0xff])).toMatchObject({ attempt: { rpiUs: 0xc62dc0 } })
    const next = afterRefusal(large, 0x01, [0x0112])
    expect(next).toMatchObject({ attempt: { rpiUs: 5_000_000, large: true } })
    expect(next.kind === 'try' && kind(afterRefusal(next.attempt, 0x01, [0x0112]))).toBe('try small 504')
  })

  it.each([1_000, 50_000, 750_000, 2_000_000, 5_000_000, 30_000_000])(
    'an interval of %i µs is asked for with a time-out that a rare look outlives, as far as there is one',
    (offered) => {
      const next = afterRefusal(large, 0x01, [0x0111, offered & 0xffff, offered >>> 16])
      if (next.kind !== 'try') throw new Error(next.kind)
      const { rpiUs, multiplier } = next.attempt
      expect(rpiUs).toBe(offered)
      expect(silenceMs(next.attempt, { toTarget: 1 })).toBeGreaterThanOrEqual(Math.min(16_000, (offered * 512) / 1_000))
      expect(
        multiplier === 0 || silenceMs({ ...next.attempt, multiplier: multiplier - 1 }, { toTarget: 1 }) < 16_000,
      ).toBe(true)
    },
  )

  it('counts silence by the interval that was granted, not by the one asked for', () => {
    const data = Buffer.alloc(26)
    data.writeUInt32LE(7, 0)
    data.writeUInt32LE(500_000, 16)
    const granted = parseOpened({ service: 0x5b, status: 0, extended: [], data })
    expect(granted).toEqual({ toTarget: 7, intervalUs: 500_000 })
    expect(silenceMs(large, granted)).toBe(4_000)
    expect(silenceMs(large, parseOpened({ service: 0x5b, status: 0, extended: [], data: data.subarray(0, 8) }))).toBe(
      16_000,
    )
  })

  it('only a wrong path needs a person', () => {
    expect(afterRefusal(large, 0x01, [0x0312])).toMatchObject({
      kind: 'fail',
      person: true,
      text: expect.stringContaining('slot'),
    })
    expect(afterRefusal(large, 0x01, [0x0204])).toMatchObject({ kind: 'fail', person: false })
  })
})

it('Forward Close names the same triple, with a reserved byte before the path', () => {
  const request = forwardClose(
    { toUs: 1, serial: 0x0102, vendor: 0x0304, originator: 0x05060708 },
    Buffer.from('0100', 'hex'),
  )
  expect(request.toString('hex')).toBe('4e02200624010a0e020104030807060503000100' + '20022401')
})
