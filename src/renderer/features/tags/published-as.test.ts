import { expect, test } from 'vitest'
import type { TagConfig } from '#shared/config'
import type { ConfigView } from '#shared/site'
import { publishedCount, publishedPlaces, recordText } from './published-as.ts'

const entry = { enabled: true, enable_writeback: true, claim: 'on', allow_unproven: false, use_tls: false } as const
const config: ConfigView = {
  namespace: 'factory-a',
  poll_rate: 1_000,
  write_mode: 'armed',
  write_max_age: 2_000,
  write_timeout: 3_000,
  plcs: [],
  mqtt: [{ ...entry, name: 'Central', broker: 'm', port: 1883, selector: 'line1' }],
  valkey: [
    { ...entry, name: 'Central', address: 'v:6379', database: 0, publish_changes: false, backlog: 'refuse' },
    { ...entry, name: 'Off', enabled: false, address: 'w:6379', database: 0, publish_changes: true, backlog: 'refuse' },
  ],
  kafka: [
    {
      ...entry,
      name: 'Central',
      plcs: ['Packaging'],
      brokers: ['k:9092'],
      required_acks: -1,
      auto_create_topics: true,
      publish_changes: true,
      compression: 'none',
    },
  ],
}
const tag: TagConfig = {
  name: 'Tank_1.Level',
  alias: 'level',
  enabled: true,
  writable: true,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: true,
  no_kafka: false,
}

test('each broker has its own names, with selector and alias in them; an entry that is switched off has none', () => {
  const places = publishedPlaces(config, 'Main PLC', tag.name, tag)
  expect(places.map(({ names }) => names.map(({ text }) => text))).toEqual([
    ['factory-a/line1/Main PLC/tags/level'],
    ['factory-a:Main PLC:tags:level'],
    ['factory-a', 'Main PLC.level'],
  ])
})

test('why nothing goes to a broker is said', () => {
  const places = publishedPlaces(config, 'Main PLC', tag.name, tag)
  expect(places.map(({ why }) => why)).toEqual([
    '',
    'kept off valkey (no_valkey)',
    'this entry does not serve Main PLC',
  ])
  expect(publishedCount(places)).toEqual({ on: 1, of: 3 })
  expect(publishedPlaces(config, 'Main PLC', tag.name, undefined).every(({ why }) => why === 'not published')).toBe(
    true,
  )
})

test('the record is the message as it is published, every digit kept, and none is shown for a value that is not good', () => {
  const [mqtt] = publishedPlaces(config, 'Main PLC', tag.name, tag)
  if (!mqtt) throw new Error('no place')
  const reading = {
    plc: 'Main PLC',
    address: tag.name,
    quality: 'good',
    valueJson: '9007199254740993',
    type: 'LINT',
    at: 5,
    changedAt: 0,
    error: '',
  } as const
  expect(recordText(mqtt, tag, reading)).toBe(
    '{"topic":"factory-a/line1","plc":"Main PLC","tag":"level","value":9007199254740993,"type":"LINT","writable":true,"timestamp":"1970-01-01T00:00:00.000Z"}',
  )
  expect(recordText(mqtt, tag, { ...reading, quality: 'stale' })).toBeUndefined()
})
