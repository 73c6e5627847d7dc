import { expect, it } from 'vitest'
import type { Edit } from './edits.ts'
import { edited } from './file.ts'
import { addTags, removeTags, setTags } from './tag-edits.ts'

const text = `namespace: n
plcs:
  - name: P
    address: h
    tags:
      # the level
      - name: A   # in mm
        min: 1
      - {name: B}
      - name: C
  - name: Q
    address: i
    tags: []
  - {name: R, address: j}
`

const after = (edit: Edit) => {
  const made = edited(text, edit)
  return made.ok ? made.text : made.error
}

it('keys of many tags are changed in their place, and tags that are not there are added behind the last', () => {
  const tags = [
    { name: 'A', keys: { min: undefined, writable: true } },
    { name: 'B', keys: { max: 3 } },
    { name: 'D', keys: { alias: 'Dee' } },
    { name: 'D', keys: { enabled: false } },
  ]
  expect(after(setTags('P', tags))).toBe(
    text
      .replace('        min: 1\n', '        writable: true\n')
      .replace('{name: B}', '{name: B, max: 3}')
      .replace('      - name: C\n', '      - name: C\n      - name: D\n        alias: Dee\n        enabled: false\n'),
  )
})

it('tags are added to a list that is empty, and to a PLC without one', () => {
  for (const plc of ['Q', 'R']) {
    const made = after(
      addTags(plc, [
        { name: 'X', keys: {} },
        { name: 'Y', keys: { writable: true } },
      ]),
    )
    expect(made).toMatch(/name: X[\s\S]*name: Y[\s\S]*writable: true/)
    expect(made).toContain('# in mm')
  }
})

it('a tag that is there is not added again, not even twice in one go, and then none is', () => {
  expect(
    after(
      addTags('P', [
        { name: 'X', keys: {} },
        { name: 'B', keys: {} },
      ]),
    ),
  ).toBe('tags: "B" is there already')
  expect(
    after(
      addTags('Q', [
        { name: 'X', keys: {} },
        { name: 'X', keys: {} },
      ]),
    ),
  ).toBe('tags: "X" is there already')
  expect(after(addTags('Z', [{ name: 'X', keys: {} }]))).toContain('plcs: there is no "Z"')
})

it('tags are removed with what was said of them, and the list with the last', () => {
  const without = after(removeTags('P', ['A', 'C']))
  expect(without).not.toMatch(/in mm|name: C/)
  expect(without).toContain('      - {name: B}\n')
  const none = after(removeTags('P', ['A', 'B', 'C']))
  expect(none.split('  - name: Q')[0]).not.toContain('tags')
})

it('where one of them is gone, none is removed', () => {
  expect(after(removeTags('P', ['A', 'X']))).toBe('tags: there is no "X" any more; reload the configuration')
  expect(after(removeTags('R', ['A']))).toContain('there is no "A"')
})
