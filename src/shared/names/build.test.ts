import { describe, expect, it } from 'vitest'
import { base, clientId, kafkaNames, mqttNames, shortIdentity, valkeyNames } from './build.ts'
import { plcOfWriteTopic } from './parse.ts'

describe("the guide's names", () => {
  const [plc, tag] = ['Main PLC', 'Machine_Status.Clear_Fault']
  it.each(['factory-a', 'factory-b'])('are those of its table for %s', (ns) => {
    const [m, v, k] = [base('mqtt', ns), base('valkey', ns), base('kafka', ns)]
    expect(mqttNames.tag(m, plc, tag)).toBe(`${ns}/Main PLC/tags/Machine_Status.Clear_Fault`)
    expect(mqttNames.health(m, plc)).toBe(`${ns}/Main PLC/health`)
    expect(mqttNames.write(m, plc)).toBe(`${ns}/Main PLC/write`)
    expect(mqttNames.response(mqttNames.write(m, plc))).toBe(`${ns}/Main PLC/write/response`)
    expect(mqttNames.writeFilter(m)).toBe(`${ns}/+/write`)
    expect(valkeyNames.tag(v, plc, tag)).toBe(`${ns}:Main PLC:tags:Machine_Status.Clear_Fault`)
    expect(valkeyNames.health(v, plc)).toBe(`${ns}:Main PLC:health`)
    expect(valkeyNames.writes(v)).toBe(`${ns}:writes`)
    expect(valkeyNames.responses(v)).toBe(`${ns}:write:responses`)
    expect([kafkaNames.tags(k), kafkaNames.health(k), kafkaNames.writes(k), kafkaNames.responses(k)]).toEqual([
      ns,
      `${ns}.health`,
      `${ns}-writes`,
      `${ns}-write-responses`,
    ])
    expect(kafkaNames.key(plc, tag)).toBe('Main PLC.Machine_Status.Clear_Fault')
  })

  it('have the selector after the namespace, joined as each service does', () => {
    expect([base('mqtt', 'n', 's'), base('valkey', 'n', 's'), base('kafka', 'n', 's')]).toEqual(['n/s', 'n:s', 'n-s'])
  })
})

describe('a client id', () => {
  it('names the base, the instance and the boot', () => {
    const who = shortIdentity({ instance: '01234567-89ab', boot: 'fedc-ba98' })
    expect(clientId('factory-a', who)).toBe('warlink-factory-a-01234567-fedc')
    expect(clientId('factory-a', who, 'beef')).toBe('warlink-factory-a-01234567-fedc-beef')
  })
})

describe('a write topic', () => {
  it.each(['n/write', 'n//write', 'n/a/b/write', 'm/a/write', 'n/a/writes', 'n/a/write/response', 'nn/a/write'])(
    'is not %s',
    (topic) => expect(plcOfWriteTopic('n', topic)).toBeUndefined(),
  )
})
