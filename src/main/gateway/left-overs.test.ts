import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LeftOver, Removal } from '#main/bridges/inspector'
import type { EntryId, Service } from '#shared/broker'
import type { ClientsOf } from './clients.ts'
import { listLeftOvers, removeLeftOvers } from './left-overs.ts'
import { openTestFile, openTestSite, type TestFile, type TestSite } from './test-gateway.ts'

let test: TestSite
let file: TestFile
/** What the inspector finds; a text: why it can't look. */
let found: readonly LeftOver[] | string
let removals: (names: readonly string[]) => readonly Removal[]
const asked: { readonly base: string; readonly names: readonly string[] }[] = []

const clientsOf: ClientsOf = async (config, id) => {
  const clients = await test.clientsOf(config, { service: 'mqtt', name: 'Central' })
  if (!clients.ok || id.name === 'Locked') return { ok: false, name: '', error: 'mqtt "Locked": no password' }
  const inspector = clients.value.inspector()
  return {
    ok: true,
    value: {
      ...clients.value,
      inspector: () => ({
        ...inspector,
        leftOvers: async () => {
          if (typeof found === 'string') throw new Error(found)
          return { found, more: true, note: 'a note' }
        },
        remove: async (base, items) => {
          const names = items.map(({ name }) => name)
          asked.push({ base, names })
          return removals(names)
        },
      }),
    },
  }
}

const text = `namespace: factory-a
plcs: [{name: P, address: "127.0.0.1:9", tags: [{name: T, writable: true}]}]
mqtt: [{name: Central, broker: one}, {name: Locked, broker: two, enabled: false}]
valkey: [{name: V, address: "127.0.0.1:1", enable_writeback: true}]
kafka: [{name: K, brokers: ["127.0.0.1:1"], enable_writeback: true}]
`

beforeEach(async () => {
  found = []
  removals = (names) => names.map((name) => ({ name, ok: true }))
  asked.length = 0
  test = await openTestSite()
  file = await openTestFile(test, text)
})
afterEach(async () => {
  await file.close()
  await test.close()
})

const entries = { mqtt: 'Central', valkey: 'V', kafka: 'K' } as const
const entryOf = (service: Service): EntryId => ({ service, name: entries[service] })
const never = new AbortController().signal
const item = (name: string, more: Partial<LeftOver> = {}): LeftOver => ({
  ...{ kind: 'retained', name, size: 4, content: ['null'], complete: true },
  ...more,
})
const list = (service: Service, base: string) =>
  listLeftOvers(file.site, clientsOf, { entry: entryOf(service), base }, never)
const remove = (
  names: readonly string[],
  { service = 'mqtt', base = 'old' }: { service?: Service; base?: string } = {},
) => {
  const kind = Array.isArray(found) ? found[0]?.kind : undefined
  const wanted = names.map((name) => ({ kind: kind ?? 'retained', name }))
  return removeLeftOvers(file.site, clientsOf, { entry: entryOf(service), base, names: wanted }, never)
}
const backups = async () => (await readdir(dirname(file.path))).filter((name) => name.includes('.left-overs-'))

it('what the configuration uses is told apart from what is left, on each kind of broker', async () => {
  const used = async (service: Service, names: readonly string[]) => {
    found = names.map((name) => item(name))
    return (await list(service, 'factory-a')).items.map(({ inUse }) => inUse)
  }
  expect(
    await used(
      'mqtt',
      ['P/tags/T', 'P/health', '_gw/owner', 'P/tags/Gone', 'Q/health'].map((one) => `factory-a/${one}`),
    ),
  ).toEqual([true, true, true, false, false])
  expect(
    await used(
      'valkey',
      ['P:tags:T', 'writes', '_gw:holder', '_gw:stale:1', 'P:tags:Gone'].map((one) => `factory-a:${one}`),
    ),
  ).toEqual([true, true, true, false, false])
  expect(await used('kafka', ['factory-a', 'factory-a-writes', 'factory-a-write-responses', 'factory-a-old'])).toEqual([
    true,
    true,
    true,
    false,
  ])
})

it('a list says that there is more and why, and shows the beginning of each', async () => {
  found = [
    item('old/P/tags/T', { content: ['x'.repeat(5_000)], size: 5_000 }),
    item('old/q', { kind: 'group', content: [], lag: 3 }),
  ]
  expect(await list('mqtt', 'old')).toEqual({
    entry: entryOf('mqtt'),
    base: 'old',
    items: [
      { kind: 'retained', name: 'old/P/tags/T', size: 5_000, preview: 'x'.repeat(200), inUse: false },
      { kind: 'group', name: 'old/q', size: 4, lag: 3, preview: '', inUse: false },
    ],
    more: true,
    note: 'a note',
  })
})

it('nothing is removed before all of it is in a backup for its owner alone', async () => {
  found = [item('old/a', { content: ['{"value":1}'] }), item('old/b', { content: ['2'] }), item('old/c')]
  removals = (names) =>
    names.map((name): Removal => (name === 'old/b' ? { name, ok: false, error: 'no right' } : { name, ok: true }))
  const report = await remove(['old/a', 'old/b', 'old/gone'])
  expect(report).toMatchObject({
    removed: 1,
    failed: [
      { name: 'old/gone', error: 'it is not there any more' },
      { name: 'old/b', error: 'no right' },
    ],
  })
  expect(asked).toEqual([{ base: 'old', names: ['old/a', 'old/b'] }])
  const lines = (await readFile(report.backup, 'utf8'))
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(lines).toMatchObject([
    { entry: entryOf('mqtt'), kind: 'retained', name: 'old/a', size: 4, content: ['{"value":1}'] },
    { name: 'old/b', content: ['2'] },
  ])
  if (process.platform !== 'win32') expect((await stat(report.backup)).mode & 0o777).toBe(0o600)
})

it('one name of several that is in use, or too large for the backup, and none of them is removed', async () => {
  found = [item('factory-a/old'), item('factory-a/P/tags/T')]
  await expect(remove(['factory-a/old', 'factory-a/P/tags/T'], { base: 'factory-a' })).rejects.toMatchObject({
    code: 'refused',
    message: 'factory-a/P/tags/T: this gateway uses it now. Nothing was removed.',
  })
  found = [item('old/a'), item('old/large', { complete: false })]
  await expect(remove(['old/a', 'old/large'])).rejects.toThrow(/old\/large: it is too large for the backup/)
  expect(asked).toEqual([])
  expect(await backups()).toEqual([])
})

it('records of a topic and groups are removed without their content: the list has none of it', async () => {
  found = [item('old', { kind: 'topic', content: [], complete: false })]
  expect(await remove(['old'], { service: 'kafka' })).toMatchObject({ removed: 1, failed: [] })
})

it('another thing of the same name is another thing', async () => {
  found = [item('old:a', { kind: 'list' })]
  const key = { entry: entryOf('valkey'), base: 'old', names: [{ kind: 'key' as const, name: 'old:a' }] }
  expect(await removeLeftOvers(file.site, clientsOf, key, never)).toEqual({
    backup: '',
    removed: 0,
    failed: [{ name: 'old:a', error: 'it is not there any more' }],
  })
  expect(asked).toEqual([])
})

it('where the backup can not be written nothing is removed', async () => {
  found = [item('old/a')]
  const folder = dirname(file.path)
  await rename(folder, `${folder}-moved`)
  try {
    await expect(remove(['old/a'])).rejects.toThrow(/the backup can't be written .*Nothing was removed/)
    expect(asked).toEqual([])
  } finally {
    await mkdir(folder, { recursive: true })
    await rename(`${folder}-moved`, folder)
  }
})

it('a base that is none, an entry that is none, and a broker that refuses are expected and told', async () => {
  for (const [service, base] of [
    ['mqtt', 'a/b/c'],
    ['mqtt', '#'],
    ['mqtt', 'a/+'],
    ['valkey', 'a:*'],
    ['kafka', 'a/b'],
    ['kafka', ''],
  ] as const)
    await expect(list(service, base), `${service} ${base}`).rejects.toMatchObject({ code: 'refused' })
  expect(await list('mqtt', 'old/line')).toMatchObject({ items: [] })
  found = 'mqtt "Central": not authorized. Check the rights.'
  await expect(list('mqtt', 'old')).rejects.toMatchObject({ code: 'refused', message: found })
  const gone: EntryId = { service: 'mqtt', name: 'Gone' }
  await expect(listLeftOvers(file.site, clientsOf, { entry: gone, base: 'old' }, never)).rejects.toThrow(
    /no such entry/,
  )
  const locked: EntryId = { service: 'mqtt', name: 'Locked' }
  await expect(listLeftOvers(file.site, clientsOf, { entry: locked, base: 'old' }, never)).rejects.toThrow(
    /no password/,
  )
})
