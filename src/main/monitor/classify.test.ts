import { expect, it } from 'vitest'
import { base, kafkaNames, mqttNames } from '#shared/names/build'
import { kindOf, ownerOf } from './classify.ts'

it('names the kind of each address the gateway has on MQTT', () => {
  const own = base('mqtt', 'factory-a', 'line')
  const kind = (address: string) => kindOf('mqtt', [own], address)
  expect(kind(mqttNames.tag(own, 'P', 'write'))).toBe('value')
  expect(kind(mqttNames.tag(own, 'P', 'a/health'))).toBe('value')
  expect(kind(mqttNames.write(own, 'P'))).toBe('request')
  expect(kind(mqttNames.response(mqttNames.write(own, 'P')))).toBe('response')
  expect(kind(mqttNames.health(own, 'P'))).toBe('health')
  expect(kind(`${own}/_gw/x/presence`)).toBe('presence')
  expect(kind('$SYS/broker/uptime')).toBe('other')
})

it('names the kind of keys, channels and topics on the others', () => {
  const valkey = (address: string) => kindOf('valkey', ['n'], address)
  expect(
    ['n:P:tags:A', 'n:P:changes', 'n:writes', 'n:write:responses', 'n:P:health', 'n:_gw:holder', 'x'].map(valkey),
  ).toEqual(['value', 'value', 'request', 'response', 'health', 'presence', 'other'])
  const kafka = (address: string) => kindOf('kafka', ['n'], address)
  expect([kafkaNames.tags('n'), 'n-writes', 'n-write-responses', 'n.health', 'other'].map(kafka)).toEqual([
    ...['value', 'request', 'response', 'health', 'other'],
  ])
})

it('takes for its own only what is under one of its bases, to the separator', () => {
  expect(ownerOf('mqtt', ['factory-a'], 'factory-a/P/write')).toBe('own')
  expect(ownerOf('mqtt', ['factory-a'], 'factory-ab/P/write')).toBe('foreign')
  expect(ownerOf('valkey', ['n:s'], 'n:writes')).toBe('foreign')
  expect(ownerOf('kafka', ['n'], 'n-writes')).toBe('own')
  expect(ownerOf('kafka', ['n'], 'nn-writes')).toBe('foreign')
  expect(ownerOf('mqtt', [], 'factory-a/P/write')).toBe('foreign')
})
