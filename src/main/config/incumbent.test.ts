import { describe, expect, it } from 'vitest'
import { importIncumbent } from './incumbent.ts'
import { parseConfig } from './parse.ts'

const theirs = `# from the old system
namespace: n
plcs:
  - name: P     # the press
    address: h
    enabled: true
    tags:
      - name: A
        enabled: true
        writable: true
      - name: B
mqtt:
  - name: M
    broker: h
valkey:
  - name: V
    address: h
    enabled: true
web:
  port: 8080
ui:
  theme: dark
`

describe('importing a file of the incumbent', () => {
  it('writes out what it leaves out, removes its own keys, and means the same', () => {
    const imported = importIncumbent(theirs)
    if (!imported.ok) throw new Error('not imported')
    expect(imported.text).toBe(`# from the old system
namespace: n
plcs:
  - name: P     # the press
    address: h
    enabled: true
    tags:
      - name: A
        enabled: true
        writable: true
      - name: B
        enabled: false
mqtt:
  - name: M
    broker: h
    enabled: false
valkey:
  - name: V
    address: h
    enabled: true
    publish_changes: false
`)
    expect(imported.changes).toEqual([
      'mqtt "M": enabled: false',
      'valkey "V": publish_changes: false',
      'tag "B": enabled: false',
      'web: removed',
      'ui: removed',
    ])
    const [before, after] = [parseConfig(theirs, 'c'), parseConfig(imported.text, 'c')]
    expect(after.ok && before.ok && after.config).toEqual(before.ok && before.config)
    expect(after.ok && after.warnings).toEqual([])
  })

  it('leaves a file of ours as it is, and tells what is wrong with one that can not be read', () => {
    expect(importIncumbent('namespace: n # x\n')).toEqual({ ok: true, text: 'namespace: n # x\n', changes: [] })
    expect(importIncumbent('web: "')).toMatchObject({ ok: false, problems: [{ line: 1 }] })
  })
})
