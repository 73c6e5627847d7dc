import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base, clientId, kafkaNames, mqttNames, valkeyNames } from './build.ts'
import {
  isAnswerAddress,
  isUnder,
  isWatchGroup,
  plcOfHealth,
  plcOfResponseTopic,
  responseAddressOf,
  whoOfClientId,
  whoOfPresenceTopic,
} from './parse.ts'

const who = '01234567-89ab'
const names = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}[A-Za-z0-9]$/)
const plcs = fc.stringMatching(/^[A-Za-zÄÖÜß][A-Za-z0-9 äöü._-]{0,30}[A-Za-z0-9]$/)

describe('names are parsed back from what is built', () => {
  it('for health, answers and presence', () => {
    fc.assert(
      fc.property(names, fc.option(names, { nil: undefined }), plcs, (namespace, selector, plc) => {
        const mqtt = base('mqtt', namespace, selector)
        const valkey = base('valkey', namespace, selector)
        expect(plcOfHealth('mqtt', mqtt, mqttNames.health(mqtt, plc))).toBe(plc)
        expect(plcOfHealth('valkey', valkey, valkeyNames.health(valkey, plc))).toBe(plc)
        expect(plcOfResponseTopic(mqtt, mqttNames.response(mqttNames.write(mqtt, plc)))).toBe(plc)
        expect(whoOfPresenceTopic(mqtt, mqttNames.presence(mqtt, who))).toBe(who)
      }),
    )
  })

  it('for the addresses of answers, which are those of one base and of no other', () => {
    fc.assert(
      fc.property(names, names, plcs, (own, other, plc) => {
        for (const [service, at] of [
          ['mqtt', (base: string) => mqttNames.response(mqttNames.write(base, plc))],
          ['valkey', valkeyNames.responses],
          ['kafka', kafkaNames.responses],
        ] as const) {
          expect(isAnswerAddress(service, own, at(own))).toBe(true)
          expect(isAnswerAddress(service, own, at(other))).toBe(own === other)
          expect(isAnswerAddress(service, own, at(base(service, own, other)))).toBe(false)
        }
      }),
    )
  })

  it('for client ids, of gateways and of other connections', () => {
    fc.assert(
      fc.property(names, (own) => {
        expect(whoOfClientId(own, clientId(own, who))).toEqual({ who })
        expect(whoOfClientId(own, clientId(own, who, '0a1b'))).toEqual({ who, tail: '0a1b' })
      }),
    )
  })

  it('for the address of an answer', () => {
    expect(responseAddressOf('mqtt', 'a/line1/Main PLC/write')).toBe('a/line1/Main PLC/write/response')
    expect(responseAddressOf('valkey', 'a:line1:writes')).toBe('a:line1:write:responses')
    expect(responseAddressOf('kafka', 'a-line1-writes')).toBe('a-line1-write-responses')
  })
})

describe('what is of another form or of another base is not taken for ours', () => {
  it.each([
    ['health of a selector', plcOfHealth('mqtt', 'a', 'a/line1/P/health')],
    ['health of a longer base', plcOfHealth('mqtt', 'a', 'ab/P/health')],
    ['health without a PLC', plcOfHealth('mqtt', 'a', 'a/health')],
    ['health of a selector on Valkey', plcOfHealth('valkey', 'a', 'a:line1:P:health')],
    ['a request', plcOfResponseTopic('a', 'a/P/write')],
    ['the owner record', whoOfPresenceTopic('a', 'a/_gw/owner')],
    ['a test topic', whoOfPresenceTopic('a', 'a/_gw/test/01234567-89ab')],
    ['a client of a longer base', whoOfClientId('a', clientId('a-b', who))],
    ['a client with something behind', whoOfClientId('a', `${clientId('a', who)}-xyz`)],
    ['a client of somebody else', whoOfClientId('a', 'mosq-123')],
    ['a tag topic', responseAddressOf('mqtt', 'a/P/tags/T')],
    ['a write topic without a base', responseAddressOf('mqtt', 'P/write')],
    ['a channel', responseAddressOf('valkey', 'a:P:changes')],
    ['a list without a base', responseAddressOf('valkey', ':writes')],
    ['a topic of values', responseAddressOf('kafka', 'a')],
  ])('%s', (_, parsed) => {
    expect(parsed).toBeUndefined()
  })

  it.each([
    ['mqtt', 'a', 'a/P/tags/T', true],
    ['mqtt', 'a', 'ab/P/tags/T', false],
    ['mqtt', 'a', 'a', false],
    ['valkey', 'a', 'a:writes', true],
    ['valkey', 'a', 'ab:writes', false],
    ['kafka', 'a', 'a-writes', true],
    ['kafka', 'a', 'a', true],
    ['kafka', 'a', 'a-b-writes', false],
    ['kafka', 'a', 'a-watch-01234567-89ab-0a1b', true],
    ['kafka', 'a', 'a-writers', false],
  ] as const)('on %s, base %s: %s is under it: %s', (service, own, name, expected) => {
    expect(isUnder(service, own, name)).toBe(expected)
  })

  it('a group that watches is known by its whole form', () => {
    expect(isWatchGroup('a', kafkaNames.watchGroup('a', who, '0a1b'))).toBe(true)
    expect(isWatchGroup('a', 'a-watch-towers')).toBe(false)
    expect(isWatchGroup('a', kafkaNames.watchGroup('a-b', who, '0a1b'))).toBe(false)
  })
})
