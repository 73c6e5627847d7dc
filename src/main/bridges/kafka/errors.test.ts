import { describe, expect, it } from 'vitest'
import { NeedsPerson } from '#main/link'
import { inWords, isRefusal, type Place, protocolType } from './errors.ts'

const place: Place = {
  entry: { service: 'kafka', name: 'Central' },
  brokers: ['k1:9092', 'k2:9092'],
  base: 'site',
  group: 'site-writers',
  user: undefined,
}
const coded = (code: string) => Object.assign(new Error(`connect ${code}`), { code })
const kafka = (name: string, more: object = {}) => Object.assign(new Error('This server said no'), { name, ...more })

describe('an error in words', () => {
  it('tells each broker with its own reason', () => {
    const failures = new Map([
      ['k1:9092', coded('ECONNREFUSED')],
      ['k2:9092', coded('ENOTFOUND')],
    ])
    const error = inWords(place, kafka('KafkaJSNumberOfRetriesExceeded'), failures)
    expect(error.message).toBe(
      'kafka "Central": connection refused (k1:9092); the host name is not known (k2:9092). Is the broker running, and is the port right?',
    )
    expect(error).not.toBeInstanceOf(NeedsPerson)
  })

  it('names the address the cluster advertised where that one can not be reached', () => {
    const error = inWords(place, new Error('x'), new Map([['10.0.0.9:9092', coded('ETIMEDOUT')]]))
    expect(error.message).toMatch(/The cluster sends clients to 10\.0\.0\.9:9092: .*advertised\.listeners/)
  })

  it('looks below the wrappers of kafkajs', () => {
    const below = kafka('KafkaJSProtocolError', { type: 'TOPIC_AUTHORIZATION_FAILED' })
    const wrapped = kafka('KafkaJSNumberOfRetriesExceeded', {
      cause: kafka('KafkaJSNonRetriableError', { cause: below }),
    })
    expect(protocolType(wrapped)).toBe('TOPIC_AUTHORIZATION_FAILED')
    const error = inWords(place, wrapped, undefined, 'site.health')
    expect(error).toBeInstanceOf(NeedsPerson)
    expect(error.message).toMatch(
      /^kafka "Central": topic "site\.health" is not allowed for this client \(without a login\), or not there\..*kafka-acls/,
    )
  })

  it('begins with the entry and ends with what to do, whatever it is, and stays as it is the second time', () => {
    const odd = [
      kafka('KafkaJSGroupCoordinatorNotFound'),
      kafka('KafkaJSSASLAuthenticationError'),
      kafka('KafkaJSProtocolError', { type: 'SOMETHING_NEW' }),
      kafka('KafkaJSProtocolError', { type: 'NOT_ENOUGH_REPLICAS' }),
      new TypeError('Cannot read properties of null'),
      new Error('Closed connection'),
      'a text',
    ]
    for (const thrown of odd) {
      const error = inWords(place, thrown)
      expect(error.message).toMatch(
        /^kafka "Central": [^ ].*\. [A-Z].*[.?]$|^kafka "Central": .*\. If it stays so: .*$/,
      )
      expect(inWords(place, error)).toBe(error)
    }
  })

  it('knows a refusal of records from a broken connection', () => {
    expect(isRefusal(kafka('KafkaJSProtocolError', { type: 'TOPIC_AUTHORIZATION_FAILED' }))).toBe(true)
    expect(isRefusal(kafka('KafkaJSProtocolError', { type: 'UNKNOWN_TOPIC_OR_PARTITION' }))).toBe(false)
    expect(isRefusal(kafka('KafkaJSConnectionError'))).toBe(false)
  })
})
