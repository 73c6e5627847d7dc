import type { MenuItemConstructorOptions } from 'electron'
import { expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { parseConfig } from '#main/config/parse'
import type { BrokerState } from '#shared/broker'
import type { PlcState } from '#shared/plc'
import type { WriteMode } from '#shared/write'
import { followGateway } from './follow.ts'
import { menuTemplate } from './menu.ts'
import { recoveryOf } from './recovery.ts'
import { type Summary, summaryOf } from './summary.ts'
import { trayTemplate, trayTip } from './tray.ts'

const nothing = () => {}
const actions = {
  openConfiguration: nothing,
  openRecent: vi.fn(),
  openDemo: nothing,
  openConfigurationFolder: nothing,
  openLogFolder: nothing,
  setKeepRunning: nothing,
  openHelp: nothing,
  about: nothing,
  quit: nothing,
}

function flat(items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])])
}

test('every accelerator of the menu is given once', () => {
  const template = menuTemplate(actions, { recent: [], keepRunning: false, developing: false })
  const keys = flat(template).flatMap(({ accelerator }) => accelerator ?? [])
  expect(keys.length).toBeGreaterThan(4)
  expect(new Set(keys).size).toBe(keys.length)
})

test('tools for developers are in no installed application', () => {
  const roles = (developing: boolean) =>
    flat(menuTemplate(actions, { recent: [], keepRunning: false, developing })).map(({ role }) => role)
  expect(roles(true)).toContain('toggleDevTools')
  expect(roles(false)).not.toContain('toggleDevTools')
})

test('recent files show their name, with the path where two have the same, and open', () => {
  const recent = ['/a/config.yaml', '/b/config.yaml', '/c/R&D.yaml']
  const items = flat(menuTemplate(actions, { recent, keepRunning: false, developing: false }))
  expect(items.map(({ label }) => label)).toEqual(
    expect.arrayContaining(['/a/config.yaml', '/b/config.yaml', 'R&&D.yaml']),
  )
  const item = items.find(({ label }) => label === 'R&&D.yaml')
  if (item?.click) Reflect.apply(item.click, undefined, [])
  expect(actions.openRecent).toHaveBeenCalledExactlyOnceWith('/c/R&D.yaml')
})

function gateway() {
  const parsed = parseConfig(
    'namespace: factory-a\nplcs:\n  - {name: Main, address: 10.0.0.1}\n  - {name: Off, address: 10.0.0.2, enabled: false}\n',
    'c.yaml',
  )
  if (!parsed.ok) throw new Error('bad')
  const { config } = parsed
  const plcState = createStore<PlcState>(() => ({ kind: 'waiting', since: 1, error: 'x', retryAt: 2, attempts: 1 }))
  const off = createStore<PlcState>(() => ({ kind: 'disabled' }))
  const brokerState = createStore<BrokerState>(() => ({ kind: 'connected', since: 1, intake: 'open' }))
  const writeMode = createStore<WriteMode>(() => 'armed')
  const pollStats = createStore(() => ({ polls: 0, achievedMs: 0, lastMs: 0 }))
  const [main, spare] = config.plcs
  if (!main || !spare) throw new Error('bad')
  const parts = createStore(() => ({}))
  const plcs = [
    { config: main, state: plcState, pollStats },
    { config: spare, state: off, pollStats },
  ]
  return {
    plcState,
    brokerState,
    writeMode,
    parts,
    plcs,
    source: {
      config,
      parts,
      plcs,
      brokers: [
        {
          bridge: { entry: { service: 'mqtt' as const, name: 'Central' }, base: 'factory-a' },
          state: brokerState,
          outbox: { stats: () => ({ waiting: 0, confirmed: 0, coalesced: 0, dropped: 0 }) },
        },
      ],
      blocked: [{ id: { service: 'kafka' as const, name: 'K' }, error: 'no secret', since: 1 }],
      writeMode,
    },
  }
}

test('the tray says how every PLC and broker is, in words', () => {
  const { source, plcState, brokerState, writeMode } = gateway()
  expect(summaryOf(source)).toEqual({
    title: 'factory-a: PLCs 0 of 1 online, writes armed',
    lines: ['Main: not connected', 'Off: disabled', 'mqtt "Central": connected', 'kafka "K": does not start'],
    armed: true,
    healthy: false,
  })
  brokerState.setState({ kind: 'connected', since: 1, intake: 'open', refused: 'no right' }, true)
  expect(summaryOf(source).lines).toContain('mqtt "Central": connected, refuses messages')
  plcState.setState({ kind: 'connecting', stage: 'opening', since: 1 }, true)
  writeMode.setState('read-only', true)
  expect(summaryOf(source)).toMatchObject({ armed: false, title: 'factory-a: PLCs 0 of 1 online, writes read-only' })
  expect(summaryOf(undefined)).toMatchObject({ title: 'no gateway runs', armed: false })
})

test('changes are told once they have settled, and not after the end', async () => {
  vi.useFakeTimers()
  const { source, plcState, writeMode } = gateway()
  const site = { gateway: () => source, onChange: () => () => {} }
  const heard: Summary[] = []
  const stop = followGateway(site, (summary) => heard.push(summary))
  plcState.setState({ kind: 'stopped' }, true)
  writeMode.setState('read-only', true)
  await vi.advanceTimersByTimeAsync(200)
  expect(heard.map(({ armed }) => armed)).toEqual([true, false])
  writeMode.setState('armed', true)
  stop()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(heard).toHaveLength(2)
  vi.useRealTimers()
})

test('a PLC that comes later is followed too, and one that has gone no more', async () => {
  vi.useFakeTimers()
  const { source, parts, plcs, plcState } = gateway()
  const heard: Summary[] = []
  const site = { gateway: () => source, onChange: () => () => {} }
  const stop = followGateway(site, (summary) => heard.push(summary))
  const [main, spare] = plcs
  if (!main || !spare) throw new Error('bad')
  const later = createStore<PlcState>(() => ({ kind: 'stopped' }))
  plcs.splice(0, 1, { ...main, config: { ...main.config, name: 'Later' }, state: later })
  parts.setState({}, true)
  await vi.advanceTimersByTimeAsync(200)
  expect(heard.at(-1)?.lines[0]).toBe('Later: disconnected')
  later.setState({ kind: 'disabled' }, true)
  await vi.advanceTimersByTimeAsync(200)
  expect(heard.at(-1)?.lines[0]).toBe('Later: disabled')
  plcState.setState({ kind: 'stopped' }, true)
  await vi.advanceTimersByTimeAsync(200)
  expect(heard).toHaveLength(3)
  stop()
  vi.useRealTimers()
})

test('a gateway that starts later is followed, and one that ends is told', async () => {
  vi.useFakeTimers()
  const { source } = gateway()
  const heard: Summary[] = []
  let now: typeof source | undefined
  let tell = () => {}
  const site = {
    gateway: () => now,
    onChange: (listener: () => void) => {
      tell = listener
      return () => {}
    },
  }
  const stop = followGateway(site, (summary) => heard.push(summary))
  for (const [gatewayNow, title] of [
    [source, 'factory-a: PLCs 0 of 1 online, writes armed'],
    [undefined, 'no gateway runs'],
  ] as const) {
    now = gatewayNow
    tell()
    await vi.advanceTimersByTimeAsync(200)
    expect(heard.at(-1)?.title).toBe(title)
  }
  stop()
  vi.useRealTimers()
})

test('a large site does not make a menu longer than the screen, nor a tip that Windows cuts', () => {
  const summary = {
    ...summaryOf(undefined),
    title: 'x'.repeat(300),
    lines: Array.from({ length: 40 }, (_, i) => `PLC ${i}`),
  }
  const labels = trayTemplate(summary, { show: nothing, setKeepRunning: nothing, quit: nothing }, false).map(
    ({ label }) => label,
  )
  expect(labels).toHaveLength(22)
  expect(labels).toContain('and 25 more')
  expect(trayTip(summary)).toHaveLength(127)
})

test('after an internal error the application starts anew three times in a row, then a person has to look', () => {
  const first = { kind: 'window', config: 'a.yaml', recovered: 0 } as const
  expect(recoveryOf(first, 1_000)).toEqual({ ...first, recovered: 1 })
  expect(recoveryOf({ ...first, recovered: 3 }, 1_000)).toBeUndefined()
  expect(recoveryOf({ ...first, recovered: 3 }, 10 * 60_000)).toEqual({ ...first, recovered: 1 })
})
