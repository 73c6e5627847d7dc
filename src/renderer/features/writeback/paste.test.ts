import { expect, test } from 'vitest'
import { sendCommand } from '#shared/commands'
import { buildRequest } from '#shared/write-request'
import { readPasted, splitWords } from './paste.ts'

const message = '{"topic":"factory-a","plc":"Main PLC","tag":"A","value":"it\'s \\"5\\""}'

test('reads back the command lines that this window offers', () => {
  const config = {
    name: 'C',
    enabled: true,
    enable_writeback: true,
    claim: 'on',
    allow_unproven: false,
    use_tls: false,
  } as const
  const parts = { plc: 'Main PLC', tag: "It's", valueJson: '"a \\"b\\""' }
  const mqtt = buildRequest('mqtt', 'factory-a', parts)
  const sent = sendCommand(
    { service: 'mqtt', config: { ...config, broker: 'h', port: 1883 } },
    { ...mqtt, retain: true },
    'posix',
  )
  expect(readPasted(sent.ok ? sent.text : '')).toEqual({
    service: 'mqtt',
    address: mqtt.address,
    payload: mqtt.payload,
    retained: true,
  })
  const kafka = buildRequest('kafka', 'factory-a', parts)
  const piped = sendCommand(
    {
      service: 'kafka',
      config: {
        ...config,
        brokers: ['h:9092'],
        required_acks: -1,
        auto_create_topics: true,
        publish_changes: true,
        compression: 'none',
      },
    },
    kafka,
    'posix',
  )
  expect(readPasted(piped.ok ? piped.text : '')).toEqual({
    service: 'kafka',
    address: kafka.address,
    payload: kafka.payload,
  })
})

test('reads the lines of the guide, with their line breaks', () => {
  const redis = `redis-cli -h redis.colo.example.com RPUSH factory-a:writes \\\n  '{"factory":"factory-a","plc":"Main PLC","tag":"A","value":true}'`
  expect(readPasted(redis)).toEqual({
    service: 'valkey',
    address: 'factory-a:writes',
    payload: '{"factory":"factory-a","plc":"Main PLC","tag":"A","value":true}',
  })
  const kafka = `echo '{"plc":"Main PLC","tag":"A","value":true}' | \\\n  kafkacat -b k:9092 -t factory-a-writes -P -k "Main PLC.A"`
  expect(readPasted(kafka)).toMatchObject({
    service: 'kafka',
    address: 'factory-a-writes',
    payload: '{"plc":"Main PLC","tag":"A","value":true}',
  })
})

test('takes a topic with its message, or a message alone', () => {
  expect(readPasted(`factory-b/Main PLC/write ${message}`)).toMatchObject({
    service: 'mqtt',
    address: 'factory-b/Main PLC/write',
    payload: message,
  })
  expect(readPasted(message)).toEqual({ service: 'mqtt', address: 'factory-a/Main PLC/write', payload: message })
  expect(readPasted('{"factory":"a","plc":"P"}')).toMatchObject({ service: 'valkey', address: 'a:writes' })
  expect(readPasted('{"plc":"P"}')).toEqual({ payload: '{"plc":"P"}' })
  expect(readPasted('hello')).toEqual({})
})

test('splits words as a shell does', () => {
  expect(splitWords(`a 'b c' "d \\"e\\"" f\\ g|h 'i''j'`)).toEqual(['a', 'b c', 'd "e"', 'f g', '|', 'h', 'ij'])
})
