import { describe, expect, it } from 'vitest'
import { murmur2, partitionOf } from './partition.ts'

describe('the partition of a key', () => {
  it('has the hash of the Java client for keys of every length', () => {
    // Vectors of org.apache.kafka.common.utils.UtilsTest.
    const known: [string, number][] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ]
    for (const [key, hash] of known) expect(murmur2(Buffer.from(key)), key).toBe(hash)
  })

  it('is where the Java client would put it, also for a negative hash', () => {
    expect(partitionOf(Buffer.from('21'), 1000)).toBe((-973932308 & 0x7fffffff) % 1000)
    expect(partitionOf(Buffer.from('foobar'), 3)).toBe((-790332482 & 0x7fffffff) % 3)
    expect(partitionOf(Buffer.from('anything'), 1)).toBe(0)
  })
})
