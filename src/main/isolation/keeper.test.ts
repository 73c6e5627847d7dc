import { expect, it } from 'vitest'
import type { BridgeConnection } from '#main/bridges/bridge'
import type { Lease } from '#main/bridges/lease'
import { readClock } from './clock.ts'
import { createKeeper } from './keeper.ts'
import type { Happening } from './model.ts'
import type { Step } from './wanted.ts'

/** As every bridge: one lease at a time, until its signal aborts. */
function oneLease(lease: Lease): BridgeConnection['openLease'] {
  let open = false
  return async (_, signal) => {
    if (open) throw new Error('the lease is open already')
    open = true
    const close = () => {
      open = false
    }
    signal.addEventListener('abort', close)
    return lease
  }
}

it('goes on as a standby after a claim was given back, on the same connection', async () => {
  const done: string[] = []
  const happenings: Happening['kind'][] = []
  const lease: Lease = {
    hearing: { kind: 'ok' },
    announce: async () => {
      done.push('announce')
      return { kind: 'told' }
    },
    look: async () => ({ kind: 'seen', holders: [], present: [] }),
    claim: async () => ({ kind: 'held' }),
    renew: async () => ({ kind: 'held' }),
    release: async () => void done.push('release'),
  }
  const steps: Step[] = [{ kind: 'release', state: 'standby' }]
  const ending = new AbortController()
  const keeper = createKeeper({
    key: 'mqtt "Central"',
    service: 'mqtt',
    beatMs: 1,
    now: readClock,
    wanted: () => steps.shift() ?? { kind: 'announce', state: 'standby' },
    presence: () => '{}',
    owner: () => '{}',
    happened: ({ kind }) => {
      happenings.push(kind)
      if (done.filter((step) => step === 'announce').length > 2) ending.abort()
    },
    hear: () => {},
    plcNames: () => [],
    intakeSince: () => undefined,
  })
  const connection: BridgeConnection = {
    lost: new Promise<Error>(() => {}),
    note: '',
    publish: () => {},
    listen: async () => {},
    openLease: oneLease(lease),
    close: async () => {},
  }
  await keeper.keep(connection, ending.signal)
  expect(done.slice(0, 3)).toEqual(['release', 'announce', 'announce'])
  expect(happenings.filter((kind) => kind === 'hearing')).toHaveLength(2)
  expect(happenings.indexOf('disconnected')).toBe(happenings.length - 1)
})
