import { describe, expect, it } from 'vitest'
import { broadcastOf, parseSubnet } from './subnet.ts'

describe('networks', () => {
  it('are written with a prefix, as a range, or as one address', () => {
    const addresses = (text: string) => {
      const subnet = parseSubnet(text)
      return subnet.ok ? subnet.addresses : subnet.text
    }
    expect(addresses('10.0.0.77/30')).toEqual(['10.0.0.77', '10.0.0.78'])
    expect(addresses('10.0.0.0/31')).toEqual(['10.0.0.0', '10.0.0.1'])
    expect(addresses('10.0.0.9-11')).toEqual(['10.0.0.9', '10.0.0.10', '10.0.0.11'])
    expect(addresses('10.0.0.254 - 10.0.1.1')).toEqual(['10.0.0.254', '10.0.0.255', '10.0.1.0', '10.0.1.1'])
    expect(addresses(' 10.0.0.1 ')).toEqual(['10.0.0.1'])
    expect(addresses('10.0.0.0/20')).toHaveLength(4_094)
    for (const wrong of ['10.0.0', '10.0.0.256', '10.0.0.5-4', '10.0.0.0/33', 'plc', '', '0.0.0.0/0', '1.2.3.4-'])
      expect(addresses(wrong), wrong).toContain(`"${wrong}"`)
  })

  it('have a broadcast address', () => {
    expect(broadcastOf('10.0.5.9', '255.255.252.0')).toBe('10.0.7.255')
    expect(broadcastOf('192.168.1.4', '255.255.255.0')).toBe('192.168.1.255')
  })
})
