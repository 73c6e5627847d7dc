import { describe, expect, it } from 'vitest'
import { joinAddress, normalAddress, splitAddress } from './address.ts'

describe('an address', () => {
  it.each([
    ['plc', 'plc', 1],
    ['plc-1.hall_3.example.com.', 'plc-1.hall_3.example.com.', 1],
    ['10.0.0.1', '10.0.0.1', 1],
    ['10.0.0.1:44819', '10.0.0.1', 44819],
    ['::1', '::1', 1],
    ['[::1]', '::1', 1],
    ['[fe80::1%eth0]:7', 'fe80::1%eth0', 7],
    ['2001:db8:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:1', 1],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1', 1],
  ])('%s is taken apart', (text, host, port) => {
    expect(splitAddress(text, 1)).toEqual({ host, port })
    expect(splitAddress(joinAddress({ host, port }), 2)).toEqual({ host, port })
  })

  it.each([
    '',
    ':1',
    'h:',
    'h:0',
    'h:65536',
    'h:x',
    'h:-1',
    'a b',
    'a/b',
    '-a',
    'a..b',
    '10.0.0',
    '10.0.0.256',
    '1:2',
    '[h]',
    '[::1',
    '::1::',
    ':::',
    '1:2:3:4:5:6:7:8:9',
    '::1%',
    'http://h',
    'ü',
  ])('"%s" is none', (text) => expect(splitAddress(text, 1)).toBeUndefined())

  it('is the same in capitals, with a final dot, and by each word for this computer', () => {
    expect(normalAddress({ host: 'Mqtt.Example.COM.', port: 1 })).toBe('mqtt.example.com:1')
    for (const host of ['localhost', '127.0.0.1', '127.0.1.1', '::1', 'LocalHost'])
      expect(normalAddress({ host, port: 1 })).toBe('localhost:1')
  })
})
