import { describe, expect, it } from 'vitest'
import type { ConfigEdit } from '#shared/contract/edits'
import { changeText } from './change-text.ts'

const text = `namespace: n
mqtt:
  - name: Plant
    broker: h
    username: u
    password: \${secret:mqtt/Central}
  - { name: Central, broker: i, username: u }
  - { name: Env, broker: j, username: u, password: "\${PW}" }
  - { name: Own, broker: k, username: u, password: "\${secret:anything}" }
valkey:
  - { name: Shared, address: h, password: "\${secret:shared}" }
  - { name: Sharing, address: i, password: "\${secret:shared}" }
  - { name: User, address: j, username: "\${secret:valkey/User}" }
`

/** What the store gets. */
function kept(service: 'mqtt' | 'valkey', name: string, ...before: ConfigEdit[]) {
  const made = changeText(text, 'c.yaml', [
    ...before,
    { kind: 'set-password', entry: { service, name }, password: 'geheim' },
  ])
  if (!made.ok || !made.parsed.ok) throw new Error(JSON.stringify(made))
  const password = made.parsed.config[service].find((entry) => entry.name === name)?.password
  expect(made.text).not.toContain('geheim')
  expect(made.secrets).toEqual([[expect.any(String), 'geheim']])
  const [secret] = made.secrets?.[0] ?? []
  expect(password).toBe(`\${secret:${secret}}`)
  return secret
}

describe('a password that is set', () => {
  it('is kept under a name that no other entry refers to', () => {
    expect(kept('mqtt', 'Central')).toBe('mqtt/Central-2')
    expect(kept('mqtt', 'Env')).toBe('mqtt/Env')
    expect(kept('valkey', 'Shared')).toBe('valkey/Shared')
    expect(kept('valkey', 'User')).toBe('valkey/User-2')
  })

  it('is kept under the name the entry has already', () => {
    expect(kept('mqtt', 'Own')).toBe('anything')
    expect(kept('mqtt', 'Plant')).toBe('mqtt/Central')
    const entry = { service: 'mqtt', name: 'Plant' } as const
    expect(kept('mqtt', 'Hall', { kind: 'rename-entry', entry, to: 'Hall' })).toBe('mqtt/Central')
    expect(kept('mqtt', 'Central', { kind: 'remove-entry', entry })).toBe('mqtt/Central')
  })
})
