import { afterEach, expect, test, vi } from 'vitest'
import { site } from '#renderer/site/site'
import { RpcError } from '#shared/rpc'
import type { ConfigState } from '#shared/site'
import { followTags, tagStore } from './store.ts'

const { call } = vi.hoisted(() => ({ call: vi.fn() }))
vi.mock('#renderer/api/index', () => ({ api: { call } }))

const config: ConfigState = {
  path: 'a.yaml',
  version: '1',
  problems: [],
  site: { kind: 'running', since: 0 },
  config: {
    namespace: 'n',
    poll_rate: 1_000,
    write_mode: 'armed',
    write_max_age: 2_000,
    write_timeout: 3_000,
    plcs: [
      {
        name: 'P',
        driver: 'logix',
        address: 'p',
        slot: 0,
        enabled: true,
        poll_rate: 1_000,
        timeout: 3_000,
        health_check_enabled: true,
        pin: [],
        tagCount: 1,
        writableCount: 0,
      },
    ],
    mqtt: [],
    valkey: [],
    kafka: [],
  },
}
const page = { plc: 'P', version: '1', total: 1, rows: [{ name: 'A', enabled: true }] }

let stop = () => {}
afterEach(() => {
  stop()
  site.setState({ cells: {} })
  call.mockReset()
})

/** What the window does when its wire is there again: all cells come anew. */
const connectAgain = () => site.setState({ cells: {} })

test('tags whose reading was cut off by a lost connection are read when it is there again', async () => {
  call.mockRejectedValueOnce(new RpcError('closed', 'no connection to the gateway'))
  site.setState({ config })
  stop = followTags()
  await vi.waitFor(() => expect(tagStore.getState().errors.P).toContain('no connection'))
  call.mockResolvedValue(page)
  connectAgain()
  await vi.waitFor(() => expect(tagStore.getState().indexes.P?.configured.size).toBe(1))
  expect(tagStore.getState().errors.P).toBe('')
})

test('tags that the gateway refused are not asked for again and again', async () => {
  call.mockRejectedValue(new RpcError('refused', 'no gateway runs'))
  site.setState({ config: { ...config, version: '2' } })
  stop = followTags()
  await vi.waitFor(() => expect(tagStore.getState().errors.P).toContain('no gateway'))
  connectAgain()
  expect(call).toHaveBeenCalledTimes(1)
})

test('the tags of a PLC that was gone are read when a file with the version of before brings it back', async () => {
  const isRead = () =>
    vi.waitFor(() => {
      expect(tagStore.getState().loading.size).toBe(0)
      expect(tagStore.getState().indexes.P?.configured.size).toBe(1)
    })
  const withPlcs = (version: string, plcs: NonNullable<ConfigState['config']>['plcs'] = config.config?.plcs ?? []) =>
    site.setState({ config: { ...config, version, ...(config.config ? { config: { ...config.config, plcs } } : {}) } })
  call.mockResolvedValue({ ...page, version: '3' })
  withPlcs('3')
  stop = followTags()
  await isRead()
  withPlcs('4', [])
  expect(tagStore.getState().indexes.P).toBeUndefined()
  withPlcs('3')
  await isRead()
})
