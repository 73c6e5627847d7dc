import { describe, expect, it } from 'vitest'
import { shownDiff } from './shown-diff.ts'

const shown = (before: string, after: string) => shownDiff(before, after).map(({ kind, text }) => `${kind[0]} ${text}`)
const file = (password: string, host = 'h') => `mqtt:
  - name: Central
    broker: ${host}
    ${password}
    username: u
`

/** The secret in it is GEHEIM, in pieces where it goes over several lines. */
const spellings = [
  'password: GEHEIM',
  'password: GEHEIM # GEHEIM soon in the store',
  "password: 'GE''HEIM'",
  'password: "GE\\"HEIM\\n"',
  'password: "GE\n      HEIM"',
  "'password': GEHEIM",
  '"password" : GEHEIM',
  'password:\n      GEHEIM',
  'password: GE\n      HEIM',
  'password: |\n      GE\n\n      HEIM',
  'password: >-\n      GE\n      HEIM',
  'password: !!str GEHEIM',
  'password: &pw GEHEIM',
  '? password\n    : GEHEIM',
  '# password: GEHEIM',
  'old_passwd: GEHEIM',
  'login: { user: u, password: GEHEIM, other: 1 }',
  'login: {"password":"GEHEIM"}',
  'login: {\n      password:\n        GEHEIM }',
  'token: { a: { secret: x, password: GEHEIM }, b: GEHEIM }',
  'admin: { api_token: [GE, HEIM] }',
  'url: mqtts://user:GEHEIM@host',
  'x: &pw GEHEIM\n    password: *pw',
]

describe('a difference that is shown', () => {
  it.each(spellings)('shows no password written %s, changed or beside a change', (spelling) => {
    const other = spelling.replace(/GE/g, 'AB').replace(/HEIM/g, 'CD')
    expect(shown(file(spelling), file(other)).join('\n')).toContain('‹hidden›')
    for (const [before, after] of [
      [file(spelling), file(spelling, 'i')],
      [file(spelling), file(other)],
      [file('x: 1'), file(spelling)],
      [file(spelling), ''],
      // Not YAML any more.
      [file(spelling), `${file(spelling, 'i')}  - name: "\n`],
    ] as const) {
      const lines = shown(before, after)
      expect(lines.length).toBeGreaterThan(0)
      expect(lines.join('\n')).not.toMatch(/GE|HEIM|AB|CD/)
    }
  })

  it('tells that a password was changed', () => {
    expect(shown(file('password: one # soon'), file('password: two # soon'))).toEqual([
      's   - name: Central',
      's     broker: h',
      'r     password: ‹hidden›',
      'a     password: ‹hidden›',
      's     username: u',
      's ',
    ])
  })

  it('takes no longer than it should, whatever the lines are', () => {
    const long = 'a'.repeat(100_000)
    const hostile = `${long}\npassword: ${long}\n${'x: ://'.repeat(20_000)}\n${'password: *pw\n'.repeat(500)}`
    expect(shown(hostile, `${hostile}x`).length).toBeGreaterThan(0)
  }, 20_000)

  it('shows all else, references and what stands beside a password too', () => {
    const reference = `password: \${secret:mqtt/Central} # moved`
    expect(shown(file(reference), file(reference, 'i'))).toContain(`s     ${reference}`)
    expect(shown(file('x: 1'), file(`password: \${PW}`))).toContain(`a     password: \${PW}`)
    const flow = 'login: { password: GEHEIM, other: 1 }'
    expect(shown(file(flow), file(flow.replace('1', '2')))).toEqual([
      's   - name: Central',
      's     broker: h',
      'r     login: { password: ‹hidden›, other: 1 }',
      'a     login: { password: ‹hidden›, other: 2 }',
      's     username: u',
      's ',
    ])
  })
})
