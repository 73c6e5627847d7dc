import { describe, expect, it } from 'vitest'
import * as edits from './edits.ts'
import { edited } from './file.ts'
import { parseConfig } from './parse.ts'

const text = `# top
namespace: n
commissioning: { plc: P, tag: A }
plcs:
- name: P      # the press
  address: h
  tags:
  - name: A
    writable: true
  # about B
  - name: B
- name: Q
  address: i
mqtt:
  - name: M
    broker: h
    plcs: [P]   # only the press
`

function textAfter(edit: edits.Edit, before = text): string {
  const made = edited(before, edit)
  if (!made.ok) throw new Error(made.error)
  const parsed = parseConfig(made.text, 'c.yaml')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return made.text
}

describe('edits', () => {
  it('change nothing else', () => {
    expect(textAfter(edits.setTag('P', 'A', { writable: false }))).toBe(
      text.replace('writable: true', 'writable: false'),
    )
    expect(textAfter(edits.setNamespace('m'))).toBe(text.replace('namespace: n', 'namespace: m'))
    expect(textAfter(edits.setEntry('mqtt', 'M', { port: 1884 }))).toBe(`${text}    port: 1884\n`)
  })

  it('add a key where the default held, and remove one so that it holds again', () => {
    const armed = textAfter(edits.setWriteMode('read-only'))
    expect(armed).toBe(`${text}write_mode: read-only\n`)
    expect(textAfter(edits.setKeys({ write_mode: undefined }), armed)).toBe(text)
  })

  it('add and remove tags', () => {
    const more = textAfter(edits.addTag('Q', { name: 'C', writable: true, min: 0, alias: undefined }))
    expect(more).toContain('  address: i\n  tags:\n  - name: C\n    writable: true\n    min: 0\n')
    expect(textAfter(edits.removeTag('Q', 'C'), more)).toBe(text)
    expect(textAfter(edits.removeTag('P', 'B'))).not.toContain('name: B')
  })

  it('add and remove PLCs and entries, also the first of a list', () => {
    expect(textAfter(edits.addEntry('kafka', { name: 'K', brokers: ['h:9092'] }))).toMatch(
      /kafka:\n *- name: K\n *brokers:\n *- h:9092\n$/,
    )
    expect(textAfter(edits.addPlc({ name: 'R', address: 'j' }))).toContain('- name: R\n  address: j\n')
    expect(textAfter(edits.removeEntry('mqtt', 'M'))).not.toContain('mqtt')
    expect(textAfter(edits.removePlc('Q'))).not.toContain('name: Q')
  })

  it('rename a PLC wherever it is named', () => {
    const renamed = textAfter(edits.renamePlc('P', 'Press 1'))
    expect(renamed).toContain('plc: Press 1')
    expect(renamed).toContain('- name: Press 1      # the press'.replace(/ +#/, ' #'))
    expect(renamed).toMatch(/plcs: \[ ?Press 1 ?\] +# only the press/)
  })

  it('pin a controller, and take the pin off', () => {
    const pinned = textAfter(edits.setPin('P', [{ vendor: 1, product: 55, serial: 12648430 }]))
    expect(parseConfig(pinned, 'c')).toMatchObject({ config: { plcs: [{ pin: [{ serial: 12648430 }] }, {}] } })
    expect(textAfter(edits.setPin('P', []), pinned)).toBe(text)
  })

  it('take a value for text although it looks like something else', () => {
    const made = textAfter(edits.setKeys({ site: '007' }))
    expect(parseConfig(made, 'c')).toMatchObject({ config: { site: '007' } })
    expect(parseConfig(textAfter(edits.setKeys({ site: 'a: b # c\n"d' })), 'c')).toMatchObject({
      config: { site: 'a: b # c\n"d' },
    })
  })

  it('say what is not there any more, and what is there already', () => {
    expect(edited(text, edits.setTag('X', 'A', {}))).toEqual({
      ok: false,
      error: expect.stringContaining('plcs: there is no "X"'),
    })
    expect(edited(text, edits.removeEntry('kafka', 'K'))).toEqual({
      ok: false,
      error: expect.stringContaining('kafka: there is no "K"'),
    })
    expect(edited(text, edits.addPlc({ name: 'P' }))).toEqual({
      ok: false,
      error: expect.stringContaining('there already'),
    })
    expect(edited(text, edits.together(edits.setNamespace('m'), edits.removePlc('X')))).toMatchObject({ ok: false })
  })

  it('keep comments and values of a file in any layout', () => {
    for (const layout of [
      'namespace: n   # c\nplcs: [ {name: P,address: h} ]  # d\n',
      '"namespace":   "n"\n\n\n# c\nplcs:\n      - address: h\n        name: "P"\n',
    ]) {
      const made = textAfter(edits.setPlc('P', { slot: 3 }), layout)
      expect(made).toContain('# c')
      expect(parseConfig(made, 'c')).toMatchObject({
        config: { namespace: 'n', plcs: [{ name: 'P', address: 'h', slot: 3 }] },
      })
    }
  })
})
