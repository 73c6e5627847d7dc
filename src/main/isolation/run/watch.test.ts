/** The 72 h after go-live, by a clock of the test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parseConfig } from '#main/config/parse'
import { silentLog } from '#main/log'
import type { Config } from '#shared/config'
import type { ClaimStatus, Heard, PinIdentity, PinState } from '#shared/isolation'
import { earlierResults } from '#shared/isolation-run'
import type { RunContext, RunEntry } from './context.ts'
import { reportHtml } from './report-html.ts'
import { createRunner, type Runner } from './runner.ts'

const hourMs = 3_600_000
const pin = { vendor: 1, product: 166, serial: 7 }
const identity = (serial: number): PinIdentity => ({ ...pin, serial, productName: '1756-L83E/B', revision: '33.11' })

let folder: string
let runner: Runner
let config: Config
let pinned: PinState
let heard: Heard[]
let entries: RunEntry[]
let noted: boolean

function parse(text: string): Config {
  const parsed = parseConfig(text, 'test.yaml')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

const nothing = () => {
  throw new Error('not used here')
}
const claim = (): ClaimStatus => ({
  namespace: 'factory',
  gateway: { kind: 'held', since: 0 },
  entries: [
    {
      entry: { service: 'mqtt', name: 'Central' },
      base: 'factory',
      state: { kind: 'held', since: 0 },
      confirmedAt: 0,
      others: [],
      ownerIsOurs: true,
      heard,
    },
  ],
})
const context = (): RunContext => ({
  config,
  identity: { instance: 'i', boot: 'b', who: 'w' },
  entries,
  claim,
  sites: () => [],
  plcs: () => [{ name: 'Main PLC', address: 'plc', pin: pinned, online: true }],
  readTag: nothing,
  plcClock: nothing,
  onEnded: nothing,
  closeGateFor: nothing,
  remember: nothing,
  restored: nothing,
  gaveUp: nothing,
  hex: () => '0',
  now: () => Date.now(),
  times: { listenMs: 0, answerMs: 0, lingerMs: 0, quietMs: 0 },
})
const create = () =>
  createRunner({
    context,
    version: '1',
    host: 'here',
    configPath: 'test.yaml',
    keepAt: join(folder, 'report'),
    left: [],
    noteValues: (on) => {
      noted = on
    },
    onAccepted: () => {},
    log: silentLog,
  })

const stranger = (lastAt: number): Heard => ({
  kind: 'stranger',
  entry: { service: 'mqtt', name: 'Central' },
  address: 'factory/Main PLC/health',
  count: 3,
  lastAt,
  preview: '{}',
})

const amendments = () => runner.report()?.amendments.map(({ check, text }) => `${check} ${text}`) ?? []
/** So much later, with what is done then done. */
async function later(ms: number) {
  const before = runner.report()?.watch?.lastAt
  await vi.advanceTimersByTimeAsync(ms)
  return before
}
const looked = (before: number | undefined) =>
  vi.waitFor(() => expect(runner.report()?.watch?.lastAt).toBeGreaterThan(before ?? 0))

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  folder = await mkdtemp(join(tmpdir(), 'watch-'))
  config = parse('namespace: factory\n')
  pinned = { kind: 'pinned', pins: [pin], found: identity(7) }
  heard = []
  entries = []
  noted = false
  runner = await create()
  expect(runner.start({})).toEqual({ ok: true })
  await runner.idle()
  expect(runner.report()?.checks.find(({ check }) => check === 12)?.verdict).toBe('pass')
})
afterEach(async () => {
  await runner.stop()
  vi.useRealTimers()
  await rm(folder, { recursive: true, force: true })
})

it('after go-live the report says by name what made it untrue, once, and keeps it over a restart', async () => {
  await looked(await later(hourMs))
  expect(amendments()).toEqual([])
  pinned = { kind: 'changed', pins: [pin], found: identity(8) }
  heard = [stranger(Date.now())]
  await looked(await later(hourMs))
  expect(amendments()).toEqual([
    '12 Main PLC: plc identity changed (expected serial 00000007, found 00000008)',
    '3 somebody else published factory/Main PLC/health',
  ])
  await looked(await later(hourMs))
  expect(amendments()).toHaveLength(2)
  await runner.stop()
  runner = await create()
  expect(amendments()).toHaveLength(2)
  config = parse('namespace: factory\npoll_rate: 2s\n')
  await looked(await later(hourMs))
  expect(amendments()[2]).toBe('1 the configuration is another one than the report is about')
})

it('a check that is made again drops what made it untrue, and nothing else; the watch goes on', async () => {
  const watch = runner.report()?.watch
  pinned = { kind: 'changed', pins: [pin], found: identity(8) }
  heard = [stranger(Date.now() + 1)]
  await looked(await later(hourMs))
  expect(amendments()).toHaveLength(2)
  pinned = { kind: 'pinned', pins: [pin], found: identity(7) }
  expect(runner.start({ checks: [12] })).toEqual({ ok: true })
  await runner.idle()
  expect(amendments()).toEqual(['3 somebody else published factory/Main PLC/health'])
  const report = runner.report()
  expect(report?.watch).toMatchObject({ since: watch?.since, until: watch?.until })
  const madeAt = (check: number) => report?.checks.find((one) => one.check === check)?.startedAt ?? 0
  expect(madeAt(12) - madeAt(1)).toBeGreaterThanOrEqual(hourMs)
  expect(report && earlierResults(report)).toHaveLength(11)
  expect(report && reportHtml(report)).toContain('checks 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, each with its time')
})

it('who was heard and went before the report was made does not make it untrue', async () => {
  const before = runner.report()?.checks.find(({ check }) => check === 3)
  heard = [stranger((before?.startedAt ?? 0) - 1)]
  await looked(await later(hourMs))
  expect(amendments()).toEqual([])
  heard = [stranger(Date.now())]
  await looked(await later(hourMs))
  expect(amendments()).toHaveLength(1)
  // Made again, it says what holds from now on.
  await later(1)
  expect(runner.start({ checks: [3] })).toEqual({ ok: true })
  await runner.idle()
  await looked(await later(hourMs))
  expect(amendments()).toEqual([])
})

it('hears values of others too, while own ones are noted, and tells them once', async () => {
  config = parse('namespace: factory\nplcs: [{name: Main PLC, address: plc}]\nmqtt: [{name: Central, broker: b}]\n')
  let value = 0
  const [mqtt] = config.mqtt
  if (!mqtt) throw new Error('no entry')
  entries = [
    {
      id: { service: 'mqtt', name: 'Central' },
      key: 'mqtt "Central"',
      base: 'factory',
      broker: 'b',
      config: { ...mqtt, enable_writeback: false },
      problem: () => '',
      takesRequests: () => false,
      note: () => '',
      requester: nothing,
      inspector: () => ({
        watch: async (_filters, onMessage) => {
          expect(noted).toBe(true)
          const address = 'factory/Main PLC/tags/T'
          const payload = Buffer.from(`{"plc":"Main PLC","value":${value}}`)
          if (value++ > 0) onMessage({ address, payload, at: Date.now(), retained: false })
          return { lost: new Promise(() => {}), close: async () => {}, note: '' }
        },
        members: async () => ({ kind: 'unproven', text: '', rules: [] }),
        leftOvers: async () => ({ found: [], more: false, note: '' }),
        reach: async () => [],
        rights: nothing,
        test: nothing,
        remove: nothing,
        clock: nothing,
      }),
      isOwn: () => false,
      subscribeAgain: nothing,
      reopenIntake: nothing,
    },
  ]
  expect(runner.start({})).toEqual({ ok: true })
  await runner.idle()
  expect(noted).toBe(false)
  await looked(await later(hourMs))
  await looked(await later(hourMs))
  expect(value).toBeGreaterThan(2)
  expect(amendments().filter((text) => text.startsWith('3 '))).toEqual([
    '3 somebody else published factory/Main PLC/tags/T',
  ])
  await vi.waitFor(() => expect(noted).toBe(false))
})

it('after 72 h nobody looks any more', async () => {
  await looked(await later(71 * hourMs))
  await later(2 * hourMs)
  const before = runner.report()?.watch?.lastAt
  pinned = { kind: 'changed', pins: [pin], found: identity(8) }
  await later(10 * hourMs)
  expect(runner.report()?.watch?.lastAt).toBe(before)
  expect(amendments()).toEqual([])
})
