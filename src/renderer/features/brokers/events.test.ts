import { expect, test } from 'vitest'
import type { LogEntry } from '#shared/log'
import { brokerEvents } from './events.ts'

const line = (at: number, text: string, more: Partial<LogEntry> = {}): LogEntry => ({
  at,
  level: 'warn',
  area: 'mqtt',
  text,
  ...more,
})

test('repeats are counted and not stacked, whatever time they wait', () => {
  const events = brokerEvents(
    [],
    [
      line(1, 'mqtt "Central": connected', { level: 'info' }),
      line(2, 'mqtt "Central": connection refused. Retrying in 1 s.'),
      line(3, 'mqtt "Central": connection refused. Retrying in 2 s.', { repeated: 3 }),
      line(4, 'plc "Main PLC": connected'),
      line(5, 'valkey "Central": connection refused. Retrying in 2 s.'),
      line(6, 'mqtt "Central": debugging', { level: 'debug' }),
    ],
  )
  expect(events.map(({ entry, times }) => `${entry} ${times}`)).toEqual([
    'valkey "Central" 1',
    'mqtt "Central" 5',
    'mqtt "Central" 1',
  ])
  expect(events[1]?.at).toBe(3)
})
