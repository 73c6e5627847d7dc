import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Command, type CommandEntry, sendCommand, watchCommand, writeCommand } from './commands.ts'
import type { KafkaConfig, MqttConfig, ValkeyConfig } from './config.ts'
import { cmdArguments } from './test-cmd-prompt.ts'
import { parseJson } from './value.ts'
import { buildRequest } from './write-request.ts'

const common = {
  name: 'Central',
  enabled: true,
  enable_writeback: true,
  claim: 'on',
  allow_unproven: false,
  use_tls: false,
} as const
const mqtt = (more: Partial<MqttConfig> = {}): CommandEntry => ({
  service: 'mqtt',
  config: { ...common, broker: 'mqtt.colo.example.com', port: 1883, ...more },
})
const valkey = (more: Partial<ValkeyConfig> = {}): CommandEntry => ({
  service: 'valkey',
  config: {
    ...common,
    address: 'redis.colo.example.com:6379',
    database: 0,
    publish_changes: true,
    backlog: 'refuse',
    ...more,
  },
})
const kafka = (more: Partial<KafkaConfig> = {}): CommandEntry => ({
  service: 'kafka',
  config: {
    ...common,
    brokers: ['kafka.colo.example.com:9092'],
    required_acks: -1,
    auto_create_topics: true,
    publish_changes: true,
    compression: 'none',
    ...more,
  },
})
const fault = { plc: 'Main PLC', tag: 'Machine_Status.Clear_Fault', valueJson: 'true' }

function text(command: Command): string {
  if (!command.ok) throw new Error(command.why)
  return command.text
}

describe('write commands', () => {
  test('are the lines of the guide', () => {
    expect(text(writeCommand(mqtt(), 'factory-a', fault, 'posix'))).toBe(
      `mosquitto_pub -h mqtt.colo.example.com -p 1883 -q 1 -t 'factory-a/Main PLC/write' -m '{"topic":"factory-a","plc":"Main PLC","tag":"Machine_Status.Clear_Fault","value":true}'`,
    )
    expect(text(writeCommand(valkey(), 'factory-a', fault, 'posix'))).toBe(
      `redis-cli -h redis.colo.example.com -p 6379 RPUSH 'factory-a:writes' '{"factory":"factory-a","plc":"Main PLC","tag":"Machine_Status.Clear_Fault","value":true}'`.replace(
        "'factory-a:writes'",
        'factory-a:writes',
      ),
    )
    expect(text(writeCommand(kafka(), 'factory-a', fault, 'posix'))).toBe(
      `printf '%s\\n' '{"plc":"Main PLC","tag":"Machine_Status.Clear_Fault","value":true}' | kcat -P -b kafka.colo.example.com:9092 -t factory-a-writes -k 'Main PLC.Machine_Status.Clear_Fault'`,
    )
  })

  test('are written for the Windows prompt as well', () => {
    expect(text(writeCommand(mqtt(), 'factory-a', fault, 'cmd'))).toContain(
      `-t "factory-a/Main PLC/write" -m "{\\"topic\\":\\"factory-a\\",\\"plc\\":\\"Main PLC\\"`,
    )
    expect(text(writeCommand(kafka(), 'factory-a', fault, 'cmd'))).toBe(
      `echo {"plc":"Main PLC","tag":"Machine_Status.Clear_Fault","value":true}| kcat -P -b kafka.colo.example.com:9092 -t factory-a-writes -k "Main PLC.Machine_Status.Clear_Fault"`,
    )
  })

  test('carry the options of a protected connection and never a password', () => {
    const secret = 'hunter2'
    const login = { use_tls: true, ca_file: 'colo ca.pem', username: 'op', password: secret }
    const own = { ...login, cert_file: 'me.pem', key_file: 'me.key', tls_server_name: 'broker' }
    const lines = (['posix', 'cmd'] as const).flatMap((shell) => [
      writeCommand(mqtt({ ...own, port: 8883 }), 'a', fault, shell),
      writeCommand(valkey({ ...own, database: 2 }), 'a', fault, shell),
      writeCommand(kafka({ ...login, sasl_mechanism: 'SCRAM-SHA-256' }), 'a', fault, shell),
    ])
    for (const line of lines) expect(JSON.stringify(line)).not.toContain(secret)
    expect(lines.map((line) => line.ok && line.password)).toEqual([
      'MQTT_PASSWORD',
      'REDISCLI_AUTH',
      'KAFKA_PASSWORD',
      'MQTT_PASSWORD',
      'REDISCLI_AUTH',
      'KAFKA_PASSWORD',
    ])
    const [forMqtt, forValkey, forKafka, , , kafkaAtPrompt] = lines.map(text)
    expect(forMqtt).toContain(`-p 8883 --cafile 'colo ca.pem' --cert me.pem --key me.key -u op -P "$MQTT_PASSWORD"`)
    expect(forValkey).toContain(
      `-n 2 --tls --cacert 'colo ca.pem' --cert me.pem --key me.key --sni broker --user op RPUSH`,
    )
    expect(forKafka).toContain(
      `-X security.protocol=SASL_SSL -X 'ssl.ca.location=colo ca.pem' -X sasl.mechanisms=SCRAM-SHA-256 -X sasl.username=op -X sasl.password="$KAFKA_PASSWORD"`,
    )
    expect(kafkaAtPrompt).toContain('-X sasl.password="%KAFKA_PASSWORD%"')
    expect(text(writeCommand(mqtt({ use_tls: true }), 'a', fault, 'posix'))).toContain('--tls-use-os-certs')
    expect(text(writeCommand(kafka({ use_tls: true }), 'a', fault, 'posix'))).toContain('-X security.protocol=SSL')
  })

  test('bring any PLC name and value through both shells unchanged', () => {
    const name = fc.string({ unit: fc.constantFrom(...`aB 9"'\\&|<>^()%!$;é`), minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(name, name, fc.json(), (plc, tag, valueJson) => {
        const message = buildRequest('mqtt', 'factory-a', { plc, tag, valueJson })
        const posix = text(sendCommand(mqtt(), message, 'posix')).replace(/^mosquitto_pub/, `printf '%s\\0'`)
        const words = execFileSync('sh', ['-c', posix], { encoding: 'utf8' }).split('\0')
        expect(words.slice(-4, -1)).toEqual([message.address, '-m', message.payload])
        const atPrompt = cmdArguments(text(sendCommand(mqtt(), message, 'cmd')))
        expect(atPrompt.at(-3)).toBe(message.address)
        expect(parseJson(atPrompt.at(-1) ?? '')).toEqual(parseJson(message.payload))
      }),
      { numRuns: 60 },
    )
  })

  test('pipe what kcat is to send through a POSIX shell unchanged', () => {
    const message = buildRequest('kafka', 'a', { plc: `It's "A"`, tag: '$x', valueJson: '"back\\\\slash \\n é"' })
    const command = text(sendCommand(kafka(), message, 'posix')).replace('| kcat', '| cat; printf "%s" ')
    expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' }).split('\n')[0]).toBe(message.payload)
  })

  test('put a message of several lines on one, and refuse what no line can carry', () => {
    const pretty = { address: 'a-writes', key: 'k', payload: '{\n "plc": "P"\n}' }
    expect(text(sendCommand(kafka(), pretty, 'posix'))).toContain(`'{"plc":"P"}'`)
    expect(sendCommand(kafka(), { ...pretty, payload: 'not\njson' }, 'posix').ok).toBe(false)
    expect(sendCommand(kafka(), { ...pretty, payload: 'not json' }, 'cmd').ok).toBe(false)
    expect(sendCommand(mqtt(), { ...pretty, payload: 'not\njson' }, 'cmd').ok).toBe(false)
  })

  test('send a retained message, and clear one', () => {
    expect(text(sendCommand(mqtt(), { address: 'a/P/write', payload: '{}', retain: true }, 'posix'))).toMatch(
      /-q 1 -r -t a\/P\/write -m '\{\}'$/,
    )
    expect(text(sendCommand(mqtt(), { address: 'a/P/write', payload: '', retain: true }, 'posix'))).toMatch(
      /-r -t a\/P\/write -n$/,
    )
  })
})

test('watch commands name what is to be seen', () => {
  const tag = { kind: 'tag', plc: 'Main PLC', tag: 'Level' } as const
  const responses = { kind: 'responses', plc: 'Main PLC' } as const
  expect(text(watchCommand(mqtt(), 'a', tag, 'posix'))).toMatch(/^mosquitto_sub .* -v -t 'a\/Main PLC\/tags\/Level'$/)
  expect(text(watchCommand(mqtt(), 'a', responses, 'posix'))).toContain("'a/Main PLC/write/response'")
  expect(text(watchCommand(mqtt(), 'a', { kind: 'all' }, 'posix'))).toContain("'a/#'")
  expect(text(watchCommand(valkey(), 'a', tag, 'posix'))).toContain("GET 'a:Main PLC:tags:Level'")
  expect(text(watchCommand(valkey(), 'a', responses, 'posix'))).toContain('SUBSCRIBE a:write:responses')
  expect(text(watchCommand(valkey(), 'a', { kind: 'all' }, 'posix'))).toContain('SUBSCRIBE a:_all:changes')
  expect(text(watchCommand(kafka(), 'a', tag, 'posix'))).toContain(`-t a -o end -K '\\t'`)
  expect(text(watchCommand(kafka(), 'a', responses, 'posix'))).toContain('-t a-write-responses')
})
