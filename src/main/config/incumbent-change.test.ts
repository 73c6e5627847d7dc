import { describe, expect, it } from 'vitest'
import type { ConfigEdit } from '#shared/contract/edits'
import { changeText } from './change-text.ts'

const theirs = `namespace: n
plcs:
  - name: P     # the press
    address: h
    tags:
      - name: A
        enabled: true
      - name: B
  - name: Q
    address: i
mqtt:
  - { name: M, broker: h }
valkey:
  - name: V
    address: h
    enabled: true
web:
  port: 8080
`
const changed = (text: string, ...edits: ConfigEdit[]) => {
  const made = changeText(text, 'c.yaml', edits)
  if (!made.ok) throw new Error(made.error)
  if (!made.parsed.ok) throw new Error(JSON.stringify(made.parsed.problems))
  return { ...made.parsed, text: made.text }
}
const off = {
  plcs: [
    { enabled: false, tags: [{ enabled: true }, { enabled: false }] },
    { enabled: false, tags: [] },
  ],
  mqtt: [{ enabled: false }],
  valkey: [{ enabled: true, publish_changes: false }],
}

describe('a change of a file that another product has written', () => {
  it.each<[string, ConfigEdit, object]>([
    [
      'switches a PLC on',
      { kind: 'set-plc', plc: 'P', keys: { enabled: null } },
      { ...off, plcs: [{ ...off.plcs[0], enabled: true }, off.plcs[1]] },
    ],
    [
      'switches an entry on',
      { kind: 'set-entry', entry: { service: 'mqtt', name: 'M' }, keys: { enabled: null } },
      { ...off, mqtt: [{ enabled: true }] },
    ],
    [
      'switches publishing of changes on',
      { kind: 'set-entry', entry: { service: 'valkey', name: 'V' }, keys: { publish_changes: null } },
      { ...off, valkey: [{ enabled: true, publish_changes: true }] },
    ],
    [
      'adds an entry that is on',
      { kind: 'add-entry', service: 'mqtt', entry: { name: 'New', broker: 'j' } },
      { ...off, mqtt: [{ enabled: false }, { enabled: true }] },
    ],
    [
      'adds a PLC and a tag that are on',
      { kind: 'add-plc', plc: { name: 'R', address: 'j' } },
      { ...off, plcs: [...off.plcs, { enabled: true }] },
    ],
    [
      'adds a tag that is on',
      { kind: 'set-tags', plc: 'Q', tags: [{ name: 'New', keys: {} }] },
      { ...off, plcs: [off.plcs[0], { enabled: false, tags: [{ enabled: true }] }] },
    ],
    ['leaves the rest as it was meant', { kind: 'set', keys: { site: 'Hall' } }, { ...off, site: 'Hall' }],
  ])('%s', (_what, edit, config) => {
    const made = changed(theirs, edit)
    expect(made.config).toMatchObject(config)
    // From now on it is a file of ours, and this is told.
    expect(made.text).toContain('# the press')
    expect(made.text).not.toContain('web')
    expect(made.warnings).toEqual([
      expect.objectContaining({ severity: 'warning', text: expect.stringMatching(/another product.*\.bak/) }),
    ])
    expect(changed(made.text, { kind: 'set', keys: { site: 'Other' } }).warnings).toEqual([])
  })

  it('is refused where what is meant can not be written out', () => {
    const shared = theirs
      .replace('    tags:\n', '    tags: &line\n')
      .replace('    address: i\n', '    address: i\n    tags: *line\n')
    expect(changed(shared, { kind: 'set', keys: { site: 'Hall' } }).config).toMatchObject({ site: 'Hall' })
    const elsewhere = `lines: [&line [{ name: A }]]\n${theirs.replace('    address: i\n', '    address: i\n    tags: *line\n')}`
    expect(changeText(elsewhere, 'c.yaml', [{ kind: 'set', keys: { site: 'Hall' } }])).toEqual({
      ok: false,
      error: expect.stringMatching(/several places as one.*Write the values out/),
    })
  })
})
