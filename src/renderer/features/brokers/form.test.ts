import { describe, expect, test } from 'vitest'
import type { CommandEntry } from '#shared/commands'
import { draftOf, editsOf, emptyForm, entryProblems, formOf, saveText } from './form.ts'

const common = {
  name: 'Central',
  enabled: true,
  enable_writeback: true,
  claim: 'on',
  allow_unproven: false,
  use_tls: false,
} as const
const valkey: CommandEntry = {
  service: 'valkey',
  config: {
    ...common,
    address: 'redis:6379',
    database: 2,
    key_ttl: 90_000,
    publish_changes: true,
    backlog: 'refuse',
    password: '‹hidden›',
  },
}
const mqtt: CommandEntry = {
  service: 'mqtt',
  config: { ...common, broker: 'mqtt.example.com', port: 8884, use_tls: true, ca_file: 'ca.pem' },
}
const kafka: CommandEntry = {
  service: 'kafka',
  config: {
    ...common,
    brokers: ['a:9092', 'b:9092'],
    required_acks: 1,
    auto_create_topics: true,
    publish_changes: true,
    compression: 'gzip',
  },
}
const context = { namespace: 'factory-a', plcNames: ['Main PLC'], otherNames: ['Second'] }

describe('the form of an entry', () => {
  test('comes to no edit where nothing was changed', () => {
    for (const entry of [mqtt, valkey, kafka]) {
      const form = formOf(entry)
      expect(editsOf(form, form)).toEqual([])
      expect(entryProblems(form, context)).toEqual({})
    }
  })

  test('comes to the keys that were changed, and a default becomes no key', () => {
    const form = formOf(valkey)
    expect(editsOf({ ...form, database: '', keyTtl: '2m' }, form)).toEqual([
      { kind: 'set-entry', entry: { service: 'valkey', name: 'Central' }, keys: { database: null, key_ttl: '2m' } },
    ])
    const tls = formOf(mqtt)
    expect(editsOf({ ...tls, tls: false, address: 'mqtt.example.com' }, tls)).toEqual([
      {
        kind: 'set-entry',
        entry: { service: 'mqtt', name: 'Central' },
        keys: { use_tls: null, ca_file: null, broker: 'mqtt.example.com', port: null },
      },
    ])
  })

  test('renames first, and the password goes on its own to the key store', () => {
    const form = formOf(valkey)
    expect(editsOf({ ...form, name: 'Plant', username: 'op', password: 'x' }, form)).toEqual([
      { kind: 'rename-entry', entry: { service: 'valkey', name: 'Central' }, to: 'Plant' },
      { kind: 'set-entry', entry: { service: 'valkey', name: 'Plant' }, keys: { username: 'op' } },
      { kind: 'set-password', entry: { service: 'valkey', name: 'Plant' }, password: 'x' },
    ])
    expect(editsOf({ ...form, passwordRemoved: true }, form)).toEqual([
      { kind: 'set-password', entry: { service: 'valkey', name: 'Central' }, password: null },
    ])
    expect(JSON.stringify(draftOf({ ...form, password: 'x' }))).not.toContain('"x"')
  })

  test('of a new entry has only what differs from the defaults', () => {
    const form = { ...emptyForm('kafka'), name: 'K', address: 'a, b:9093 ', writeback: true }
    expect(editsOf(form, undefined)).toEqual([
      { kind: 'add-entry', service: 'kafka', entry: { name: 'K', brokers: ['a', 'b:9093'], enable_writeback: true } },
    ])
    expect(saveText(form, undefined)).toBe('Add and connect')
  })
})

test('mistakes are told while typing', () => {
  const form = {
    ...emptyForm('mqtt'),
    name: 'Second',
    address: 'host:99999',
    selector: 'Main PLC',
    tls: true,
    certFile: 'c.pem',
  }
  const problems = entryProblems(form, context)
  expect(Object.keys(problems).sort()).toEqual(['address', 'keyFile', 'name', 'selector'])
  expect(entryProblems({ ...form, selector: 'a-writes' }, context).selector).toMatch(/another namespace/)
  expect(entryProblems({ ...form, clientId: 'fixed' }, context).clientId).toMatch(/does not contain the namespace/)
  expect(entryProblems({ ...emptyForm('valkey'), keyTtl: '5' }, context).keyTtl).toMatch(/duration/)
  expect(entryProblems({ ...emptyForm('mqtt'), plcs: [] }, context).plcs).toBeDefined()
})
