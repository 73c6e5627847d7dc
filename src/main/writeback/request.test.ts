import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxRequestBytes, readRequest, valueText } from './request.ts'

const entry = { service: 'mqtt', name: 'Central' } as const
const read = (text: string | Uint8Array, service: 'mqtt' | 'valkey' | 'kafka' = 'mqtt') =>
  readRequest({
    payload: typeof text === 'string' ? Buffer.from(text) : text,
    entry: { ...entry, service },
    ...(service === 'mqtt' ? { plcInTopic: 'Topic PLC' } : {}),
  })

describe('write request', () => {
  it('reads the fields of each service', () => {
    const text =
      '{"topic":"t","factory":"f","namespace":"n","plc":"P","tag":"T","value":1,"request_id":"r","timestamp":"2026-01-31T12:00:00.500+01:00"}'
    expect(read(text)).toMatchObject({
      plc: 'P',
      tag: 'T',
      requestId: 'r',
      addressee: 't',
      sentAt: Date.UTC(2026, 0, 31, 11, 0, 0, 500),
    })
    expect(read(text, 'valkey').addressee).toBe('f')
    expect(read(text, 'kafka').addressee).toBe('n')
    expect(read(text).flaw).toBeUndefined()
  })

  it.each([
    ['', 'the message is empty'],
    ['{"plc":"P"', 'not JSON'],
    ['[1]', 'not a JSON object'],
    ['5', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{"tag":"T","value":1}', '"plc" is missing'],
    ['{"plc":5,"tag":"T","value":1}', '"plc" is not a string'],
    ['{"plc":"P","value":1}', '"tag" is missing'],
    ['{"plc":"P","tag":"T"}', '"value" is missing'],
    [
      '{"plc":"P","tag":"T","value":1,"type":"DINT","writable":true}',
      'it has "type": a published message, not a write request',
    ],
    ['{"plc":"P","tag":"T","value":1,"success":true}', 'it has "success": a published message, not a write request'],
    ['{"plc":"P","tag":"T","value":1,"request_id":7}', '"request_id" is not a string'],
    ['{"topic":7,"plc":"P","tag":"T","value":1}', '"topic" is not a string'],
    ['{"plc":"P","tag":"T","value":1,"timestamp":"yesterday"}', '"timestamp" is not RFC 3339'],
    ['{"plc":"P","tag":"T","value":1,"timestamp":"2026-01-31T12:00:00"}', '"timestamp" is not RFC 3339'],
    ['{"plc":"P","tag":"T","value":1,"value":2}', 'not JSON'],
    [`{"plc":"P","tag":"T","value":${'['.repeat(30_000)}`, 'nested too deeply'],
  ])('says what is wrong with %.60s', (text, flaw) => {
    expect(read(text).flaw).toContain(flaw)
  })

  it('keeps what could be read, so that the answer names it', () => {
    expect(read('{"plc":"P","tag":"T"}')).toMatchObject({ plc: 'P', tag: 'T', value: null })
    expect(read('no json')).toMatchObject({ plc: 'Topic PLC', tag: '', value: null })
    expect(read('no json', 'kafka')).toMatchObject({ plc: '', tag: '' })
  })

  it('refuses more than 64 KiB and what is not UTF-8', () => {
    const large = `{"plc":"P","tag":"T","value":"${'x'.repeat(maxRequestBytes)}"}`
    expect(read(large).flaw).toBe(`${large.length} bytes, at most 65536 are allowed`)
    expect(read(Uint8Array.from([0x7b, 0xff, 0x7d])).flaw).toBe('not UTF-8 text')
  })

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"a":[', ']}'],
  ])('refuses what nests deeper than 64, by every depth within the size of a request (%s)', (open, close) => {
    const levels = open.split(/[[{]/).length - 1
    const nested = (times: number) =>
      read(`{"plc":"P","tag":"T","value":${open.repeat(times)}"\\"[{"${close.repeat(times)}}`)
    const most = Math.floor(63 / levels)
    expect(nested(most).flaw).toBeUndefined()
    for (let times = most + 1; times * (open.length + close.length) < 65_000; times += 200) {
      const request = nested(times)
      expect(request).toMatchObject({ plc: 'Topic PLC', flaw: 'JSON nested too deeply' })
      expect(valueText(request)).toBe('null')
    }
  })

  it('echoes a value with every digit and in its own notation', () => {
    const values = [
      '9007199254740993',
      '18446744073709551615',
      '0.1',
      '7.0',
      '1e3',
      '{"a":[1.50,null]}',
      '"ü\\n"',
      '"\\u0000"',
    ]
    for (const value of values) expect(valueText(read(`{"plc":"P","tag":"T","value":${value}}`))).toBe(value)
  })

  it('is not misled by keys of the prototype', () => {
    expect(read('{"plc":"P","tag":"T","value":1,"constructor":1,"toString":2}').flaw).toBeUndefined()
    expect(read('{"plc":"P","tag":"T","__proto__":{"value":1}}').flaw).toBe('"value" is missing')
    expect(read('{"plc":"P","tag":"T","value":{"isLosslessNumber":true,"value":"5"}}').value).toMatchObject({
      isLosslessNumber: true,
    })
  })

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const request = read(bytes)
          expect(typeof request.plc).toBe('string')
          expect(() => JSON.parse(valueText(request))).not.toThrow()
        },
      ),
      { numRuns: 3_000 },
    )
  })
})
