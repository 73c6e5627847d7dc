import { expect, test } from 'vitest'
import type { ClaimState, Other } from './isolation.ts'
import { claimWords, pinWords } from './isolation-words.ts'

const other: Other = {
  who: '91d0c7be-aa11',
  heardAt: 0,
  record: {
    instance: '91d0c7be-0000',
    boot: 'aa110000',
    host: 'det-line2',
    site: 'Detroit line 2',
    version: '1.0.0',
    namespace: 'factory',
    plcs: [{ name: 'Main PLC', vendor: 1, serial: 0x00b81f3c }],
    time: '2026-03-17T15:06:12.000Z',
  },
}

test('a standby says whose the namespace is, by host and serial number, and when it was last seen', () => {
  const state: ClaimState = { kind: 'standby', since: 0, reason: 'foreign-owner', by: other }
  expect(claimWords(state, 'factory', 0).text).toBe(
    'standby: namespace factory belongs to det-line2 (Detroit line 2; Main PLC serial 00B81F3C), last seen 2026-03-17T15:06:12.000Z',
  )
  expect(claimWords(state, 'factory', 0).hint).toContain('warlink claim --take')
})

test('an observation says how long it still takes, never less than nothing', () => {
  const state: ClaimState = { kind: 'observing', since: 0, reason: 'listening', until: 25_000 }
  expect(claimWords(state, 'factory', 12_400).text).toMatch(/, 13 s left$/)
  expect(claimWords(state, 'factory', 99_000).text).toMatch(/, 0 s left$/)
})

test('a record without a host name or serial still names the client', () => {
  const state: ClaimState = { kind: 'standby', since: 0, reason: 'live-holder', by: { who: 'consumer-7', heardAt: 0 } }
  expect(claimWords(state, 'factory', 0).text).toBe('standby: client consumer-7 holds namespace factory')
})

test('every kind of contest names the place and what to do', () => {
  for (const reason of ['clone', 'rival-holder', 'foreign-health', 'foreign-response'] as const) {
    const words = claimWords(
      { kind: 'contested', since: 0, reason, by: other, address: 'factory/Main PLC/health' },
      'factory',
      0,
    )
    expect(words.text).toMatch(/^contested: .*(det-line2|factory\/Main PLC\/health)/)
    expect(words.hint).toMatch(/Stop it, or change its namespace/)
  }
})

test('a pin that does not fit names both serial numbers', () => {
  const found = { vendor: 1, product: 2, serial: 0x60f2910b, productName: '', revision: '' }
  const pins = [
    { vendor: 1, product: 2, serial: 0xc0ffee },
    { vendor: 1, product: 2, serial: 1 },
  ]
  expect(pinWords({ kind: 'changed', pins, found }).text).toBe(
    'plc identity changed (expected serial 00C0FFEE or 00000001, found 60F2910B)',
  )
})
