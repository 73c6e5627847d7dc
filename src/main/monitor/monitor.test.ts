import { describe, expect, it } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { MonitorFilter } from '#shared/contract/monitor'
import type { MonitorMessage, RecordState } from '#shared/monitor'
import { createMonitor, type Passed } from './monitor.ts'
import type { Recorder } from './record.ts'

const entry = { service: 'mqtt', name: 'Central' } as const

function setUp() {
  const watched: (readonly MonitorFilter[])[] = []
  const written: string[] = []
  const state = createStore<RecordState>(() => ({ kind: 'off' }))
  const recorder: Recorder = {
    state,
    start: async (path) => {
      state.setState({ kind: 'on', since: 0, path, messages: 0, bytes: 0 }, true)
      return state.getState()
    },
    write: ({ address }) => void written.push(address),
    stop: async () => {
      state.setState({ kind: 'off' }, true)
      return state.getState()
    },
  }
  const monitor = createMonitor({
    bases: (service) => (service === 'mqtt' ? ['factory-a'] : []),
    recorder,
    watch: (filters) => void watched.push(filters),
  })
  const pass = (address: string, payload: string | Uint8Array = '1', more: Partial<Passed> = {}) =>
    monitor.pass({
      entry,
      direction: 'in',
      at: 1,
      address,
      payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
      retained: false,
      ...more,
    })
  const listen = (filter: MonitorFilter = {}) => {
    const seen: MonitorMessage[] = []
    return { seen, stop: monitor.listen(filter, (message) => void seen.push(message)) }
  }
  return { monitor, recorder, state, watched, written, pass, listen }
}

const addresses = (seen: readonly MonitorMessage[]) => seen.map(({ address }) => address)

describe('the monitor', () => {
  it('watches while somebody listens or records, with the filters of all of them, and stops with the last', async () => {
    const { monitor, watched, listen } = setUp()
    expect(monitor.listening).toBe(false)
    const one = listen({ direction: 'in' })
    const two = listen({ owner: 'foreign' })
    await monitor.record('/f', { kinds: ['request'] })
    expect(watched.at(-1)).toEqual([{ direction: 'in' }, { owner: 'foreign' }, { kinds: ['request'] }])
    one.stop()
    one.stop()
    two.stop()
    expect(watched.at(-1)).toEqual([{ kinds: ['request'] }])
    expect(monitor.listening).toBe(true)
    await monitor.stopRecord()
    expect(watched.at(-1)).toEqual([])
    expect(monitor.listening).toBe(false)
    // Three began, three ended; a second end is none.
    expect(watched).toHaveLength(6)
  })

  it('stops watching for a recording that ended by itself', async () => {
    const { monitor, state, watched, pass, written } = setUp()
    await monitor.record('/f', {})
    pass('factory-a/P/health')
    state.setState({ kind: 'ended', path: '/f', messages: 1, bytes: 9, why: 'full' }, true)
    pass('factory-a/P/health')
    expect(written).toEqual(['factory-a/P/health'])
    expect(watched.at(-1)).toEqual([])
  })

  it('tells a new listener what is kept, then what comes, and nothing after it left', () => {
    const { pass, listen } = setUp()
    pass('factory-a/P/tags/A')
    const late = listen()
    pass('factory-b/P/tags/A')
    expect(late.seen.map(({ seq, owner, kind }) => [seq, owner, kind])).toEqual([
      [1, 'own', 'value'],
      [2, 'foreign', 'value'],
    ])
    late.stop()
    pass('factory-a/P/tags/A')
    expect(late.seen).toHaveLength(2)
  })

  it('tells each listener what its filter wants', () => {
    const { pass, listen } = setUp()
    const wanted: readonly (readonly [MonitorFilter, readonly string[]])[] = [
      [{ direction: 'out' }, ['factory-a/P/write/response']],
      [{ owner: 'foreign' }, ['other/P/write']],
      [{ kinds: ['request', 'health'] }, ['factory-a/P/write', 'other/P/write']],
      [{ entries: [{ service: 'mqtt', name: 'Second' }] }, ['other/P/write']],
      [{ text: 'RESPONSE' }, ['factory-a/P/write/response']],
      [{ text: 'needle' }, ['factory-a/P/write']],
      [{ owner: 'own', kinds: ['request'], text: 'nothing' }, []],
    ]
    const listeners = wanted.map(([filter]) => listen(filter))
    pass('factory-a/P/write', `${' '.repeat(10_000)}a Needle in it`)
    pass('factory-a/P/write/response', '{}', { direction: 'out' })
    pass('other/P/write', '{}', { entry: { service: 'mqtt', name: 'Second' } })
    for (const [i, [filter, expected]] of wanted.entries())
      expect(addresses(listeners[i]?.seen ?? []), JSON.stringify(filter)).toEqual(expected)
  })

  it('shows the beginning, and gives a whole message with the one before on its address', () => {
    const { monitor, pass, listen } = setUp()
    const { seen } = listen()
    const buffer = Buffer.from('a'.repeat(5_000))
    pass('x/1', buffer)
    // The client of a broker may use its buffer again.
    buffer.fill('b')
    pass('y/1', 'between')
    pass('x/1', 'after')
    expect(seen[0]).toMatchObject({ size: 5_000, preview: 'a'.repeat(2_000) })
    const first = monitor.detail(1)
    expect(first?.complete && first.text === 'a'.repeat(5_000)).toBe(true)
    expect(first).not.toHaveProperty('before')
    expect(monitor.detail(3)?.before).toBe(first?.text)
    expect(monitor.detail(4)).toBeUndefined()
  })

  it('says where a message is longer than what is kept, or is no text', () => {
    const { monitor, pass } = setUp()
    pass('x', 'a'.repeat(70_000))
    pass('x', Uint8Array.of(0x41, 0xff))
    expect(monitor.detail(1)).toMatchObject({ complete: false, message: { size: 70_000 } })
    expect(monitor.detail(1)?.text).toHaveLength(65_536)
    expect(monitor.detail(2)).toMatchObject({ complete: false, text: 'A\uFFFD' })
  })
})
