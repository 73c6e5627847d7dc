import { expect, test } from 'vitest'
import type { ConfigView } from '#shared/site'
import { entryForTag, placeOf } from './place.ts'

const mqtt = (
  name: string,
  more: { plcs?: readonly string[]; enabled?: boolean; enable_writeback?: boolean } = {},
) => ({
  name,
  enabled: true,
  enable_writeback: true,
  ...more,
})
const site = (plcs: readonly string[], ...entries: readonly ReturnType<typeof mqtt>[]) =>
  ({ plcs: plcs.map((name) => ({ name })), mqtt: entries, valkey: [], kafka: [] }) as unknown as ConfigView
const two = ['Press 1', 'Press 2']
const id = (name: string) => ({ service: 'mqtt', name }) as const
const line1 = mqtt('Line 1', { plcs: ['Press 1'] })
const config = site(two, mqtt('Silent', { enable_writeback: false }), line1, mqtt('Hall'))

test('only where nothing was chosen the first broker that takes requests, and its first PLC', () => {
  expect(placeOf({ plc: '' }, config)).toMatchObject({ entry: { config: line1 }, plc: 'Press 1', plcs: ['Press 1'] })
  expect(placeOf({ plc: 'Press 2' }, config)).toMatchObject({ entry: { config: { name: 'Hall' } }, plc: 'Press 2' })
})

test('a chosen PLC that the broker does not serve stays chosen, and nothing can be sent', () => {
  const place = placeOf({ entry: id('Line 1'), plc: 'Press 2' }, config)
  expect(place.plc).toBe('Press 2')
  expect(place.plcProblem).toBe('Line 1 (MQTT) does not serve Press 2. Choose a PLC, or another broker.')
})

test('a chosen PLC that is gone stays chosen, and nothing can be sent', () => {
  const place = placeOf({ entry: id('Hall'), plc: 'Press 2' }, site(['Press 1'], mqtt('Hall')))
  expect(place.plc).toBe('Press 2')
  expect(place.plcProblem).toBe('Press 2 is not in the configuration any more. Choose a PLC.')
})

test.each([
  ['gone', site(two, mqtt('Other'))],
  ['switched off', site(two, mqtt('Hall', { enabled: false }), mqtt('Other'))],
])('a chosen broker that is %s is not replaced by another', (_, now) => {
  const place = placeOf({ entry: id('Hall'), plc: 'Press 2' }, now)
  expect(place).toMatchObject({ entry: undefined, plc: 'Press 2' })
  expect(place.entryProblem).toMatch(/^Hall \(MQTT\), the broker that was chosen, is not there any more/)
})

test('a tag from another screen keeps the broker chosen last only where it serves its PLC', () => {
  expect(entryForTag(id('Line 1'), 'Press 1', config)).toEqual(id('Line 1'))
  expect(entryForTag(id('Line 1'), 'Press 2', config)).toEqual(id('Hall'))
  expect(entryForTag(id('Gone'), 'Press 2', config)).toEqual(id('Hall'))
  expect(entryForTag(id('Line 1'), 'Press 2', site(two, line1))).toEqual(id('Line 1'))
})
