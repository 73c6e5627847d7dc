import { expect, test } from 'vitest'
import { brokerChip, claimChip, plcChip } from './chips.ts'
import { effectiveTheme } from './look.ts'

test('what is not known is never shown as good', () => {
  expect(brokerChip(undefined).kind).toBe('off')
  expect(plcChip(undefined).kind).toBe('off')
  expect(plcChip({ kind: 'connecting', stage: 'opening', since: 0 }).kind).toBe('waiting')
})

test('a lost connection says so with its error', () => {
  const waiting = { kind: 'waiting', since: 0, error: 'mqtt "Central": refused', retryAt: 1, attempts: 3 } as const
  expect(brokerChip(waiting)).toEqual({ kind: 'bad', word: 'offline', text: 'mqtt "Central": refused' })
})

test('a broker that refuses messages is not shown as good, whatever its claim', () => {
  const refused = 'mqtt "Central": publishing is refused'
  const state = { kind: 'connected', since: 0, intake: 'open', refused } as const
  const chip = { kind: 'bad', word: 'refuses messages', text: refused }
  expect(brokerChip(state)).toEqual(chip)
  expect(claimChip(state, { kind: 'held', since: 0 }, 'factory-a', 1)).toEqual(chip)
})

test('more contrast asked of the system wins over dark; a theme chosen here wins over both', () => {
  expect(effectiveTheme('system', true, true)).toBe('contrast')
  expect(effectiveTheme('system', true, false)).toBe('dark')
  expect(effectiveTheme('light', true, true)).toBe('light')
})
