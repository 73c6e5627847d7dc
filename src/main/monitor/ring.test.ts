import { expect, it } from 'vitest'
import type { MonitorMessage } from '#shared/monitor'
import { createRing } from './ring.ts'

const seen = (seq: number, bytes: number, address = 'a', key?: string) => {
  const message: MonitorMessage = {
    seq,
    at: seq,
    entry: { service: 'kafka', name: 'K' },
    direction: 'in',
    kind: 'value',
    owner: 'own',
    address,
    ...(key === undefined ? {} : { key }),
    size: bytes,
    retained: false,
    preview: '',
  }
  return { message, payload: Buffer.alloc(bytes, String(seq)) }
}
const seqs = (ring: ReturnType<typeof createRing>) => [...ring.all()].map(({ seq }) => seq)

it('the oldest messages go where there are too many, or too large ones', () => {
  const ring = createRing({ messages: 3, bytes: 100 })
  for (let i = 1; i <= 5; i++) ring.add(seen(i, 10))
  expect(seqs(ring)).toEqual([3, 4, 5])
  ring.add(seen(6, 85))
  expect(seqs(ring)).toEqual([5, 6])
  ring.add(seen(7, 101))
  expect(seqs(ring)).toEqual([])
  ring.add(seen(8, 100))
  expect(seqs(ring)).toEqual([8])
  expect(ring.detail(7)).toBeUndefined()
  ring.clear()
  for (let i = 9; i <= 11; i++) ring.add(seen(i, 33))
  expect(seqs(ring)).toEqual([9, 10, 11])
})

it('the message before is the newest older one of the same address and key', () => {
  const ring = createRing()
  ring.add(seen(1, 1, 'topic', 'A'))
  ring.add(seen(2, 1, 'topic', 'A'))
  ring.add(seen(3, 1, 'topic', 'B'))
  ring.add(seen(4, 1, 'topic', 'A'))
  ring.add(seen(5, 1, 'topic', 'A'))
  expect(ring.detail(4)?.before).toBe('2')
  expect(ring.detail(3)?.before).toBeUndefined()
})
