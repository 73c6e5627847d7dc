import { expect, test } from 'vitest'
import type { TagConfig } from '#shared/config'
import type { ConfigView } from '#shared/site'
import { countNames, filterNames, nameChanges } from './name-changes.ts'

const entry = { enabled: true, enable_writeback: true, claim: 'on', allow_unproven: false, use_tls: false } as const
const plc = {
  name: 'Main PLC',
  driver: 'logix',
  address: 'p',
  slot: 0,
  enabled: true,
  poll_rate: 1_000,
  timeout: 3_000,
  health_check_enabled: true,
  pin: [],
  tagCount: 2,
  writableCount: 0,
} as const
const view: ConfigView = {
  namespace: 'factory-a',
  poll_rate: 1_000,
  write_mode: 'armed',
  write_max_age: 2_000,
  write_timeout: 3_000,
  plcs: [plc],
  mqtt: [{ ...entry, name: 'Central', broker: 'm', port: 1883, selector: 'line1' }],
  valkey: [],
  kafka: [
    {
      ...entry,
      name: 'Central',
      brokers: ['k:9092'],
      required_acks: -1,
      auto_create_topics: true,
      publish_changes: true,
      compression: 'none',
    },
  ],
}
const tag = (name: string, more: Partial<TagConfig> = {}): TagConfig => ({
  name,
  enabled: true,
  writable: false,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
  ...more,
})
const tags = [tag('A'), tag('B', { no_kafka: true })]
const changes = (every: boolean, of = tags) => nameChanges(view, () => of, 'chicago-1', undefined, every)
const names = (every: boolean, of = tags) =>
  changes(every, of).rows.flatMap((row) => (row.kind === 'name' ? [row] : []))

test('every name of every broker is there before and after, with its selector', () => {
  expect(names(true).find(({ purpose, what }) => purpose === 'tag value' && what === 'topic')).toMatchObject({
    before: 'factory-a/line1/Main PLC/tags/A',
    after: 'chicago-1/line1/Main PLC/tags/A',
  })
  expect(names(true).find(({ purpose, what }) => purpose === 'write requests' && what === 'topic filter')?.after).toBe(
    'chicago-1/line1/+/write',
  )
  expect(names(true).filter(({ before, after }) => before.includes('factory-a') && after === before)).toEqual([])
})

test('a record key has no namespace in it and stays the same', () => {
  expect(names(true).find(({ what }) => what === 'record key')).toMatchObject({
    before: 'Main PLC.A',
    after: 'Main PLC.A',
  })
})

test('one tag stands for all of a PLC on each broker, and they are counted as many', () => {
  const mqtt = names(false).find(({ purpose, entry: { service } }) => purpose === 'tag value' && service === 'mqtt')
  const kafka = names(false).find(({ what }) => what === 'record key')
  expect([mqtt?.stands, kafka?.stands]).toEqual([2, 1])
  expect(changes(false).names).toBe(changes(true).names)
})

test('where no tag goes everywhere, each broker still has one that stands for its own', () => {
  const split = [
    tag('A', { no_mqtt: true }),
    tag('B', { no_kafka: true, no_valkey: true }),
    tag('C', { no_mqtt: true }),
  ]
  expect(
    names(false, split)
      .filter(({ purpose, what }) => purpose === 'tag value' && what !== 'topic')
      .map(({ before, stands }) => [before, stands]),
  ).toEqual([['Main PLC.A', 2]])
  expect(
    names(false, split)
      .filter(({ before }) => before.includes('/tags/'))
      .map(({ before }) => before),
  ).toEqual(['factory-a/line1/Main PLC/tags/B'])
  expect(changes(false, split).names).toBe(changes(true, split).names)
})

test('the names are counted with every tag', () => {
  expect(countNames(view, () => tags, undefined)).toBe(changes(true).names)
})

test('a filter keeps the head of the broker it found something on', () => {
  const found = filterNames(changes(true).rows, 'record')
  expect(found).toEqual([])
  const health = filterNames(changes(true).rows, '.health')
  expect(health.map((row) => (row.kind === 'entry' ? row.entry.service : row.before))).toEqual([
    'kafka',
    'factory-a.health',
  ])
})

test('a hundred thousand names are filtered without a hitch', () => {
  const { rows } = changes(
    true,
    Array.from({ length: 50_000 }, (_, i) => tag(`Sensor_${i}`)),
  )
  const began = process.cpuUsage()
  expect(filterNames(rows, 'sensor').length).toBeGreaterThan(100_000)
  // CPU time of this process: the clock also counts what else the machine does.
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(1_500)
})
