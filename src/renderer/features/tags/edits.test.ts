import { expect, test } from 'vitest'
import { configEdits, mostTagsInEdit } from '#shared/contract/edits'
import { removeTags, togglePublished, toggleWritable } from './edits.ts'

const tag = (name: string, enabled: boolean, writable = false) => ({
  name,
  enabled,
  writable,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: true,
  no_kafka: false,
})
const row = (address: string, enabled?: boolean, writable?: boolean) => ({
  plc: 'Main PLC',
  address,
  ...(enabled === undefined ? {} : { tag: tag(address, enabled, writable) }),
})

test('a mixed selection is published as a whole, and undo gives each back what it had', () => {
  const change = togglePublished([row('A', true), row('B', false), row('C')])
  expect(change?.text).toBe('2 tags published')
  expect(change?.edits).toEqual([
    {
      kind: 'set-tags',
      plc: 'Main PLC',
      tags: [
        { name: 'B', keys: { enabled: true } },
        { name: 'C', keys: { enabled: true } },
      ],
    },
  ])
  expect(change?.undo).toEqual([
    { kind: 'remove-tags', plc: 'Main PLC', tags: ['C'] },
    { kind: 'set-tags', plc: 'Main PLC', tags: [{ name: 'B', keys: { enabled: false } }] },
  ])
})

test('where all are published, none is afterwards', () => {
  expect(togglePublished([row('A', true)])).toMatchObject({
    text: 'A no longer published',
    edits: [{ tags: [{ keys: { enabled: false } }] }],
  })
})

test('a tag made writable is published too, and a switched-off one does not count as writable', () => {
  const change = toggleWritable([row('A', false, true)])
  expect(change?.edits).toEqual([
    { kind: 'set-tags', plc: 'Main PLC', tags: [{ name: 'A', keys: { enabled: true, writable: true } }] },
  ])
  expect(change?.text).toBe('A writable from now on')
})

test('making a tag writable that its controller will not let be written is said', () => {
  const change = toggleWritable([{ ...row('A'), access: 'read-only' }])
  expect(change).toMatchObject({ warn: true })
  expect(change?.text).toContain('the controller will refuse')
})

test('a removed tag comes back with all its settings', () => {
  expect(removeTags([row('A', true), row('B')])?.undo).toEqual([
    {
      kind: 'set-tags',
      plc: 'Main PLC',
      tags: [{ name: 'A', keys: { enabled: true, writable: false, no_valkey: true } }],
    },
  ])
  expect(removeTags([row('B')])).toBeUndefined()
})

test('more tags than one edit may have take several, there and back, in one change', () => {
  const many = Array.from({ length: 2 * mostTagsInEdit + 1 }, (_, i) => row(`T${i}`, ...(i % 2 ? [false] : [])))
  const configured = many.map(({ address }) => row(address, false))
  for (const change of [togglePublished(many), toggleWritable(many), removeTags(configured)]) {
    const { edits = [], undo = [] } = change ?? {}
    expect(() => configEdits.parse(edits)).not.toThrow()
    expect(() => configEdits.parse(undo)).not.toThrow()
    const names = edits.flatMap((edit): readonly unknown[] => ('tags' in edit ? edit.tags : []))
    expect(names).toHaveLength(many.length)
    expect(edits).toHaveLength(3)
  }
})
