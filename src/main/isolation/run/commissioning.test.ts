import { expect, it } from 'vitest'
import type { AtomicType } from '#shared/plc'
import type { ReadOutcome } from '#shared/tag'
import { commissioned, isGone, withFirst } from './commissioning.ts'
import { forCheck, madeUp } from './test-site.ts'

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

it('an earlier run’s own value is not what belongs into the tag: the one before it does', () => {
  const left = (before: string, written: string) => ({ id: written, plc: 'P', tag: 'T', before, written, text: '' })
  expect(withFirst(left('5', '6'), [left('4', '5')])).toMatchObject({
    before: '4',
    written: '6',
    text: expect.stringMatching(/^P\/T still holds 6 and not 4 .* Write 4 to it\.$/),
  })
  expect(withFirst(left('7', '8'), [left('4', '5')])).toEqual(left('7', '8'))
})

/** What the run would write to the tag `T` of this type, or why not. */
async function other(name: AtomicType, value: number, limits = '') {
  const site = madeUp(
    `namespace: factory\ncommissioning: {plc: P, tag: T}\nplcs: [{name: P, address: "127.0.0.1", tags: [{name: T, writable: true${limits}}]}]\nmqtt: [{name: Central, broker: 127.0.0.1}]\n`,
    { requester: () => ({ send: async function* () {}, close: async () => {} }) },
    { readTag: async () => ({ ok: true, type: { kind: 'atomic', name }, value }) },
  )
  const found = await commissioned(forCheck(site))
  return found.ok ? found.tag.otherJson : found.why
}

it('a REAL is written what will be read back, digit by digit', async () => {
  expect(await other('REAL', 0.14)).toBe('1.14')
  // The next numbers that a REAL of this size can hold are 8 away: one more is the same again.
  expect(await other('REAL', 123456780)).toBe('123456776')
  expect(await other('LREAL', 0.14)).toBe('1.1400000000000001')
})

it('a tag whose value could not be set back is not written at all', async () => {
  const why = 'which could not be set back'
  expect(await other('DINT', 0, ', min: 10')).toContain(`P/T holds 0, ${why}`)
  expect(await other('REAL', Number.NaN)).toContain(why)
  expect(await other('DINT', 12, ', min: 10')).toBe('13')
})
