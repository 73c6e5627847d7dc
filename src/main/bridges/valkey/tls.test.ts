import { describe, expect, test } from 'vitest'
import { parseAddress } from './tls.ts'

describe('parseAddress', () => {
  test.each([
    ['redis.test:6380', 'redis.test', 6380],
    ['redis.test', 'redis.test', 6379],
    ['[::1]:6380', '::1', 6380],
    ['[::1]', '::1', 6379],
    [':6380', 'localhost', 6380],
    ['::1', '::1', 6379],
  ])('takes %s apart', (address, host, port) => {
    expect(parseAddress(address)).toEqual({ host, port })
  })
})
