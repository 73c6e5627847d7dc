import { expect, it } from 'vitest'
import type { ReadOutcome } from '#shared/tag'
import { isGone } from './commissioning.ts'
import { madeUp } from './test-site.ts'

const held = { id: 'x', plc: 'P', tag: 'T', before: '1', written: '2' }
const yaml = (tag: string) =>
  `namespace: factory\nplcs: [{name: P, address: "127.0.0.1", tags: [{name: ${tag}, writable: true}]}]\nmqtt: [{name: Central, broker: 127.0.0.1}]\n`

async function gone(read: () => Promise<ReadOutcome>, tag = 'T') {
  const { context } = madeUp(yaml(tag), {}, { readTag: read })
  return await isGone(context, held, AbortSignal.timeout(1_000))
}
const reads = (value: number) => async (): Promise<ReadOutcome> => ({
  ok: true,
  type: { kind: 'atomic', name: 'DINT' },
  value,
})

it('a value that was left is gone where another one stands in the PLC, whoever wrote it', async () => {
  expect(await gone(reads(1))).toBe(true)
  expect(await gone(reads(7))).toBe(true)
  expect(await gone(reads(2))).toBe(false)
})

it('it is not gone where nobody can look', async () => {
  const refused = async (): Promise<ReadOutcome> => {
    throw new Error('no connection')
  }
  expect(await gone(refused)).toBe(false)
  expect(await gone(reads(1), 'Other')).toBe(false)
})
