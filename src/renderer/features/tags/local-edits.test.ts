import { expect, test } from 'vitest'
import type { ConfigEdit } from '#shared/contract/edits'
import type { TagPageRow } from '#shared/contract/tags'
import { withEdits } from './local-edits.ts'

const row = (name: string, more: Partial<TagPageRow> = {}): TagPageRow => ({
  name,
  enabled: true,
  writable: false,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
  ...more,
})
const rows = [row('A', { type: 'DINT', alias: 'a', min: 1 }), row('B')]

test('set tags keep what is not named, lose what is null, and those not there are added', () => {
  const after = withEdits('P', rows, [
    {
      kind: 'set-tags',
      plc: 'P',
      tags: [
        { name: 'A', keys: { writable: true, alias: null, enabled: null } },
        { name: 'C', keys: { writable: true } },
      ],
    },
  ])
  expect(after).toEqual([row('A', { type: 'DINT', min: 1, writable: true }), row('B'), row('C', { writable: true })])
  expect(after?.[0]).not.toHaveProperty('alias')
})

test('an edit of another PLC changes nothing here', () => {
  expect(withEdits('P', rows, [{ kind: 'remove-tags', plc: 'Q', tags: ['A'] }])).toBe(rows)
})

test('several edits are carried out in their order; one that is not about tags makes it unknown', () => {
  const edits: ConfigEdit[] = [
    { kind: 'remove-tags', plc: 'P', tags: ['A'] },
    { kind: 'add-tags', plc: 'P', tags: [{ name: 'A' }] },
  ]
  expect(withEdits('P', rows, edits)).toEqual([row('B'), row('A')])
  expect(withEdits('P', rows, [{ kind: 'remove-plc', plc: 'Q' }])).toBeUndefined()
})
