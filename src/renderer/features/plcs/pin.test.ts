import { expect, test } from 'vitest'
import type { PlcIdentity } from '#shared/plc'
import { isPinned, pinOf, pinWords } from './pin.ts'

const identity: PlcIdentity = {
  vendor: 1,
  deviceType: 14,
  productCode: 166,
  revision: '35.11',
  serial: 0xc4a7e1,
  productName: '1756-L83E',
  mode: 'run',
}
const online = { kind: 'online', since: 0, identity } as const

test('another controller than the pinned one blocks writes and says both serials', () => {
  expect(pinWords(pinOf(identity), online)).toMatchObject({ kind: 'ok', word: 'pinned' })
  const other = { ...online, identity: { ...identity, serial: 1 } }
  expect(pinWords(pinOf(identity), other)).toMatchObject({
    kind: 'bad',
    text: 'Writes are blocked: plc identity changed (expected serial 00C4A7E1, found 00000001).',
  })
  expect(pinWords([], online).kind).toBe('unproven')
})

test('a redundant partner matches too, a controller without a serial never does', () => {
  const pair = pinOf(identity, [{ vendor: 1, product: 166, serial: 7 }])
  expect(isPinned(pair, { ...identity, serial: 7 })).toBe(true)
  expect(isPinned([{ vendor: 1, product: 166, serial: 0 }], { ...identity, serial: 0 })).toBe(false)
})

test('what is not connected is not called good', () => {
  expect(pinWords(pinOf(identity), { kind: 'stopped' }).kind).toBe('off')
})
