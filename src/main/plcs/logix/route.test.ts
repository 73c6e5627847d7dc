import { expect, it } from 'vitest'
import { hopText, parseEndpoint, parseRoute } from './route.ts'

it('addresses are a host or a host and a port, IPv6 in brackets where a port follows', () => {
  expect(parseEndpoint('192.168.1.100')).toEqual({ host: '192.168.1.100', port: 44818 })
  expect(parseEndpoint('plc-1.local:2222')).toEqual({ host: 'plc-1.local', port: 2222 })
  expect(parseEndpoint('[fe80::1%eth0]:2222')).toEqual({ host: 'fe80::1%eth0', port: 2222 })
  expect(parseEndpoint('[::1]')).toEqual({ host: '::1', port: 44818 })
  expect(parseEndpoint('::1')).toEqual({ host: '::1', port: 44818 })
  for (const wrong of ['', 'a b', 'host:', 'host:0', 'host:70000', 'http://host', 'host:12:x'])
    expect(parseEndpoint(wrong), wrong).toBeTypeOf('string')
})

it('connection paths are pairs of port and link', () => {
  const hex = (path: string) => {
    const route = parseRoute(path)
    return typeof route === 'string' ? route : route.toString('hex')
  }
  expect(hex('1,0')).toBe('0100')
  expect(hex('backplane/3')).toBe('0103')
  expect(hex('1,4,2,192.168.1.5,1,0')).toBe('0104120b3139322e3136382e312e35000100')
  expect(hex('')).toBe('')
  expect(hex('1')).toContain('pairs')
  expect(hex('1,300')).toContain('0…255')
  expect(hex('x,0')).toContain('"x" is not a port')
  expect(hex('0,0')).toContain('port 0')
})

it('a refusal names the hop that failed, by the words of the path that were ahead of it', () => {
  const path = '1,4,2,192.168.1.5,1,3'
  const words = 1 + 7 + 1
  expect([words, words - 1, 1, 0].map((remaining) => hopText(path, remaining))).toEqual([
    'hop 1 of 3 (backplane, slot 4): ',
    'hop 2 of 3 (port 2, 192.168.1.5): ',
    'hop 3 of 3 (backplane, slot 3): ',
    'hop 3 of 3 (backplane, slot 3): ',
  ])
  expect([hopText(path, undefined), hopText('', 0)]).toEqual(['', ''])
})
