import { describe, expect, it } from 'vitest'
import { cipClass, service } from '#main/plcs/cip'
import {
  at,
  element,
  logical,
  message,
  objectPath,
  port,
  registerSession,
  rrData,
  symbol,
  unconnectedSend,
  unitData,
} from './eip.ts'
import { forwardOpen } from './forward-open.ts'
import { packMessages } from './packer.ts'

const hex = (bytes: Buffer) => bytes.toString('hex')
const bytes = (text: string) => text.replaceAll(/[^0-9a-f]/g, '')
const session = 0x11223344
const count1 = Buffer.from('0100', 'hex')
const readCounter = message(service.readTag, symbol('Counter'), count1)

describe('frames made with the library are the recorded ones', () => {
  it('Register Session', () => {
    expect(hex(registerSession())).toBe(bytes('65000400 00000000 00000000 0000000000000000 00000000 01000000'))
  })

  it('Read Tag of a name with an odd number of characters gets one pad byte', () => {
    expect(hex(readCounter)).toBe(bytes('4c05 9107436f756e74657200 0100'))
  })

  it('SendRRData with context 7', () => {
    const frame = rrData(session, readCounter)
    frame.writeUInt32LE(7, at.context)
    expect(hex(frame)).toBe(
      bytes('6f001e00 44332211 00000000 0700000000000000 00000000 00000000 0000 0200 0000 0000 b200 0e00') +
        hex(readCounter),
    )
    expect(hex(frame.subarray(at.rrMessage))).toBe(hex(readCounter))
  })

  it('Unconnected Send of 2 s to slot 0', () => {
    expect(hex(unconnectedSend(readCounter, port(1, 0), 2000))).toMatch(
      new RegExp(`^520220062401....0e00${hex(readCounter)}01000100$`),
    )
    const [tick, ticks] = unconnectedSend(readCounter, port(1, 0), 2000).subarray(6, 8)
    expect(2 ** (tick ?? 0) * (ticks ?? 0)).toBe(2000)
  })

  it('Large Forward Open of 4002 bytes to slot 0', () => {
    const open = forwardOpen(
      { large: true, size: 4002, rpiUs: 2_000_000, multiplier: 3 },
      { toUs: 0x00010001, serial: 1, vendor: 0x1234, originator: 0x89abcdef },
      port(1, 0),
    )
    expect(hex(open)).toBe(
      bytes(
        '5b02 20062401 0a 0e 00000000 01000100 0100 3412 efcdab89 03 000000 80841e00 a20f0042 80841e00 a20f0042 a3 03 0100 2002 2401',
      ),
    )
  })

  it('connected read with connection id and sequence count', () => {
    const frame = unitData(session, 0xaabbccdd, 5, readCounter)
    expect(hex(frame)).toBe(
      bytes(
        '70002400 44332211 00000000 0000000000000000 00000000 00000000 0000 0200 a100 0400 ddccbbaa b100 1000 0500',
      ) + hex(readCounter),
    )
    expect(frame.readUInt32LE(at.connectionId)).toBe(0xaabbccdd)
    expect(frame.readUInt16LE(at.sequence)).toBe(5)
    expect(hex(frame.subarray(at.unitMessage))).toBe(hex(readCounter))
  })

  it('Multiple Service Packet of a symbol and an instance', () => {
    const a = message(service.readTag, symbol('A'), count1)
    const b = message(service.readTag, objectPath(cipClass.symbol, 0x1234), count1)
    expect(hex(packMessages([a, b]))).toBe(
      bytes('0a02 20022401 0200 0600 0e00 4c02 91014100 0100 4c03 206b 25003412 0100'),
    )
  })

  it('Get Instance Attribute List of a program from instance 0', () => {
    const path = Buffer.concat([symbol('Program:Main'), logical('class', 0x6b), Buffer.from('25000000', 'hex')])
    const attributes = Buffer.from('0600010002000300080005000a00', 'hex')
    expect(hex(message(service.getInstanceAttributeList, path, attributes))).toBe(
      bytes('550a 910c50726f6772616d3a4d61696e 206b 25000000 0600 0100 0200 0300 0800 0500 0a00'),
    )
  })
})

describe('segments the library gets wrong are made or refused here', () => {
  it('makes instance 0 and instances above 65535', () => {
    expect(hex(logical('instance', 0))).toBe('2400')
    expect(hex(logical('instance', 0x12345678))).toBe('260078563412')
    expect(hex(logical('attribute', 5))).toBe('3005')
  })

  it('makes elements of all three widths', () => {
    expect([5, 0x1234, 0x12345678].map((index) => hex(element(index)))).toEqual(['2805', '29003412', '2a0078563412'])
  })

  it('refuses names that are digits, empty, too long or not ASCII', () => {
    for (const name of ['', '12', 'Größe', 'x'.repeat(256)]) expect(() => symbol(name), name).toThrow(RangeError)
  })

  it('makes ports with a slot and with an IP address', () => {
    expect(hex(port(1, 3))).toBe('0103')
    expect(hex(port(2, '192.168.1.5'))).toBe('120b3139322e3136382e312e3500')
    expect(() => port(1, 256)).toThrow(RangeError)
  })
})
