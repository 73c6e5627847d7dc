/**
 * Partition of a record key as Kafka's own clients choose it: murmur2 over the key's bytes with seed 0x9747b28c
 * (org.apache.kafka.common.utils.Utils.murmur2), made positive by a mask. kafkajs' version works on 64-bit objects and
 * costs more than the rest of a record.
 */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return partitions <= 1 ? 0 : (murmur2(key) & 0x7fffffff) % partitions
}

/** Signed 32-bit hash of the bytes. */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995
  const whole = bytes.length & ~3
  const at = (i: number) => bytes[i] ?? 0
  let h = 0x9747b28c ^ bytes.length
  for (let i = 0; i < whole; i += 4) {
    let k = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    h = Math.imul(h, m) ^ Math.imul(k, m)
  }
  const rest = bytes.length - whole
  if (rest > 2) h ^= at(whole + 2) << 16
  if (rest > 1) h ^= at(whole + 1) << 8
  if (rest > 0) h = Math.imul(h ^ at(whole), m)
  h ^= h >>> 13
  h = Math.imul(h, m)
  return h ^ (h >>> 15)
}
