import { expect, it } from 'vitest'
import { parseClock } from './clock.ts'

const reply = (hex: string, status = 0) => ({
  service: 3,
  status,
  extended: [],
  data: Buffer.from(hex.replaceAll(' ', ''), 'hex'),
})
const us = (ms: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(ms) * 1000n)
  return bytes.toString('hex')
}

it('takes UTC before the local time, and what there is where one is not told', () => {
  expect(parseClock(reply(`0200 0600 0000 ${us(5_000)} 0b00 0000 ${us(9_000)}`))).toBe(5_000)
  expect(parseClock(reply(`0200 0600 1400 0b00 0000 ${us(9_000)}`, 0x0a))).toBe(9_000)
})

it('a controller that tells no time, or half of one, has none', () => {
  expect(parseClock(reply('', 0x05))).toBeUndefined()
  expect(parseClock(reply('0200 0600 1400 0b00 1400', 0x0a))).toBeUndefined()
  expect(parseClock(reply('0200 0600 0000 0102'))).toBeUndefined()
})
