import { expect, test } from 'vitest'
import { unseen } from './unseen.ts'

const kafka = { service: 'kafka', name: 'Central' } as const
const mqtt = { service: 'mqtt', name: 'Central' } as const

test('other namespaces are not looked for on Kafka, and that is said wherever they would be shown', () => {
  const watched = [{ entry: kafka, watch: { kind: 'on', note: '' } as const }]
  expect(unseen('foreign', watched)).toEqual([expect.stringContaining("only this site's topics")])
  expect(unseen('own', watched)).toEqual([])
  expect(unseen('foreign', [{ entry: mqtt, watch: { kind: 'on', note: '' } }])).toEqual([])
})

test('a watch that is not there, or does not see all, is told with its entry', () => {
  expect(
    unseen('own', [
      { entry: mqtt, watch: { kind: 'waiting', error: 'mqtt "Central": connection refused', retryAt: 0 } },
      { entry: kafka, watch: { kind: 'on', note: 'not allowed: x' } },
      { entry: kafka, watch: undefined },
    ]),
  ).toEqual(['mqtt "Central": connection refused', 'kafka "Central": not allowed: x'])
})
