import { describe, expect, test } from 'vitest'
import { changeText } from '#main/config/change-text'
import { parseConfig } from '#main/config/parse'
import type { Config } from '#shared/config'
import { type EntryForm, editsOf, formOf } from './form.ts'

const configOf = (text: string): Config => {
  const parsed = parseConfig(text, 'c.yaml')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}
const formIn = (text: string, name = 'Central') => {
  const config = configOf(text).mqtt.find((entry) => entry.name === name)
  if (!config) throw new Error(text)
  return formOf({ service: 'mqtt', config })
}

/** What the file means after the form was changed from what it showed, and the form that shows it then. */
function saved(text: string, change: Partial<EntryForm>) {
  const before = formIn(text)
  const form = { ...before, ...change }
  const edits = editsOf(form, before)
  const made = edits.length > 0 ? changeText(text, 'c.yaml', edits) : { ok: true, text }
  if (!made.ok) throw new Error('error' in made ? made.error : '')
  return { form, shown: formIn(made.text), config: configOf(made.text).mqtt[0] }
}

const file = (keys: string) => `namespace: n
mqtt:
  - name: Central
    username: u
    password: p
${keys
  .split('; ')
  .map((line) => `    ${line}\n`)
  .join('')}`

/** One way to a broker, as files write it. */
const spellings = [
  'broker: h.example.com',
  'broker: h.example.com:1883',
  'broker: mqtt://h.example.com',
  'broker: tcp://h.example.com:1883',
  'broker: h.example.com; port: 1883',
  'broker: h.example.com; use_tls: false',
  'broker: h.example.com:1884',
  'broker: mqtt://h.example.com:1884',
  'broker: h.example.com; port: 1884',
  'broker: h.example.com; use_tls: true',
  'broker: h.example.com; use_tls: true; port: 8883',
  'broker: h.example.com:8883; use_tls: true',
  'broker: mqtts://h.example.com',
  'broker: ssl://h.example.com/',
  'broker: mqtts://h.example.com:8883; use_tls: true',
  'broker: mqtts://h.example.com:8884',
  'broker: mqtts://h.example.com; port: 8884',
  'broker: mqtts://h.example.com; port: 1883',
  'broker: mqtt://h.example.com; use_tls: true',
  'broker: "mqtts://[::1]:8884"',
  'broker: "::1"; port: 1884',
]

const changes: readonly Partial<EntryForm>[] = [
  {},
  { address: 'new.example.com' },
  { address: 'new.example.com:1883' },
  { address: 'h.example.com:1885' },
  { address: 'h.example.com' },
  { address: 'h.example.com:8883' },
  { address: '[::1]:8885' },
  { tls: true },
  { tls: false },
  { tls: true, address: 'new.example.com' },
  { tls: false, address: 'new.example.com:1885' },
  { username: 'other' },
]

describe('what the form of an MQTT entry showed', () => {
  test.each(spellings)('is what the saved file means, where it says %s', (spelling) => {
    for (const change of changes) {
      const { form, shown } = saved(file(spelling), change)
      expect(shown, JSON.stringify(change)).toEqual({ ...form, address: normal(form) })
    }
  })

  test('keeps TLS where the address of an mqtts:// entry is changed', () => {
    expect(saved(file('broker: mqtts://old.example.com'), { address: 'new.example.com' }).config).toMatchObject({
      broker: 'new.example.com',
      port: 8883,
      use_tls: true,
    })
  })

  test('leaves the address as it is written where another field is changed', () => {
    const before = formIn(file('broker: mqtts://h.example.com'))
    expect(editsOf({ ...before, username: 'other' }, before)).toEqual([
      { kind: 'set-entry', entry: { service: 'mqtt', name: 'Central' }, keys: { username: 'other' } },
    ])
  })
})

/** As the form shows an address: without the port that holds anyway. */
function normal({ address, tls }: EntryForm): string {
  return address.replace(tls ? /:8883$/ : /:1883$/, '')
}
