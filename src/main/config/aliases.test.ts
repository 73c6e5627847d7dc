import { describe, expect, it } from 'vitest'
import type { ConfigEdit } from '#shared/contract/edits'
import { changeText } from './change-text.ts'

const text = `namespace: n
colour: &colour red
plcs:
  - name: A
    address: &where 10.0.0.1
    tags: &line
      - name: Level
      - name: Speed
        writable: true
  - name: B
    address: *where
    tags: *line
  - name: C
    address: 10.0.0.3
    tags:
      - &start {name: Start}
      - name: Stop
  - name: D
    address: 10.0.0.4
    tags:
      - *start
mqtt:
  - name: Central
    broker: h
    username: u
    password: &pw 'geheim'
    plcs: &some [A, B]
  - name: Second
    broker: i
    username: u
    password: *pw
    plcs: *some
site: *colour
`

const change = (...edits: ConfigEdit[]) => changeText(text, 'c.yaml', edits)
const tag = (plc: string, name: string): ConfigEdit => ({
  kind: 'set-tags',
  plc,
  tags: [{ name, keys: { writable: true } }],
})
const entry = { service: 'mqtt', name: 'Central' } as const
const second = { service: 'mqtt', name: 'Second' } as const

describe('in a file with anchors and aliases', () => {
  it.each<[string, ConfigEdit, string]>([
    ['a tag of the list that another PLC shares', tag('A', 'Level'), 'plcs "B" tags "Level" writable:'],
    ['a tag of a list that stands elsewhere', tag('B', 'Level'), 'plcs "A" tags "Level" writable:'],
    ['a tag that another PLC shares', tag('C', 'Start'), 'plcs "D" tags "Start" writable:'],
    ['a tag that is added to a shared list', { kind: 'add-tags', plc: 'A', tags: [{ name: 'New' }] }, 'plcs "B" tags:'],
    ['a tag that is removed from one', { kind: 'remove-tags', plc: 'B', tags: ['Level'] }, 'plcs "A" tags:'],
    ['an address that is shared', { kind: 'set-plc', plc: 'A', keys: { address: '10.0.0.9' } }, 'plcs "B" address:'],
    ['a PLC with what others share', { kind: 'remove-plc', plc: 'A' }, 'plcs "B" address:'],
    ['a password that is shared', { kind: 'set-password', entry, password: 'new' }, 'mqtt "Second" password:'],
    ['a password that another needs', { kind: 'set-password', entry, password: null }, 'mqtt "Second" password:'],
    ['an entry whose password another needs', { kind: 'remove-entry', entry }, 'mqtt "Second" password:'],
  ])('refuses %s', (_what, edit, place) => {
    const made = change(edit)
    expect(made).toEqual({ ok: false, error: expect.stringMatching(/would be changed, too.*Write the values out/) })
    expect('error' in made && made.error.slice(0, place.length)).toBe(place)
    expect(JSON.stringify(made)).not.toContain('geheim')
  })

  it.each<[string, ConfigEdit, object]>([
    ['a tag that stands alone', tag('C', 'Stop'), { plcs: [{}, {}, { tags: [{}, { writable: true }] }, {}] }],
    [
      'a tag beside a shared one',
      { kind: 'add-tags', plc: 'D', tags: [{ name: 'Own', writable: true }] },
      { plcs: [{}, {}, { tags: [{}, {}] }, { tags: [{ name: 'Start' }, { name: 'Own', writable: true }] }] },
    ],
    [
      'a value in the place of an alias',
      { kind: 'set-plc', plc: 'B', keys: { address: '10.0.0.9' } },
      { plcs: [{ address: '10.0.0.1' }, { address: '10.0.0.9' }, {}, {}] },
    ],
    [
      'a PLC that shares with others',
      { kind: 'remove-plc', plc: 'D' },
      { plcs: [{ name: 'A' }, { name: 'B' }, { name: 'C' }] },
    ],
    [
      'a password in the place of an alias',
      { kind: 'set-password', entry: second, password: 'new' },
      { mqtt: [{ password: 'geheim' }, { password: `\${secret:mqtt/Second}` }] },
    ],
    ['the rest', { kind: 'set', keys: { namespace: 'm' } }, { namespace: 'm', site: 'red' }],
  ])('makes the change of %s', (_what, edit, config) => {
    const made = change(edit)
    expect(made).toMatchObject({ ok: true, parsed: { ok: true, config } })
  })

  it('makes a change that is meant for every place', () => {
    expect(change(tag('A', 'Level'), tag('B', 'Level'))).toMatchObject({
      parsed: { config: { plcs: [{ tags: [{ writable: true }, {}] }, { tags: [{ writable: true }, {}] }, {}, {}] } },
    })
  })
})
