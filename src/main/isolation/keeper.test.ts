import { expect, it } from 'vitest'
import type { BridgeConnection } from '#main/bridges/bridge'
import type { Lease } from '#main/bridges/lease'
import { leftIn } from '#main/test-signals'
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

const idle: Lease = {
  hearing: { kind: 'ok' },
  announce: async () => ({ kind: 'told' }),
  look: async () => ({ kind: 'seen', holders: [], present: [] }),
  claim: async () => ({ kind: 'held' }),
  renew: async () => ({ kind: 'held' }),
  release: async () => {},
}

/** Keeps the claim on a connection that opens these leases one after the other; until the last one announces. */
async function keptOn(leases: readonly (Lease | Error)[]) {
  const happenings: Happening[] = []
  const warnings: string[] = []
  const ending = new AbortController()
  let inSignal = 0
  const left = [...leases]
  const keeper = createKeeper({
    key: 'valkey "Central"',
    service: 'valkey',
    beatMs: 1,
    now: readClock,
    wanted: () => ({ kind: 'announce', state: 'observing' }),
    presence: () => '{}',
    owner: () => '{}',
    happened: (happening) => {
      happenings.push(happening)
      if (left.length > 0 || happening.kind !== 'looked') return
      inSignal = leftIn(ending.signal)
      ending.abort()
    },
    hear: () => {},
    plcNames: () => [],
    intakeSince: () => undefined,
    warn: (text) => warnings.push(text),
  })
  await keeper.keep(
    {
      lost: new Promise<Error>(() => {}),
      note: '',
      publish: () => {},
      listen: async () => {},
      openLease: async () => {
        const next = left.shift() ?? idle
        if (next instanceof Error) throw next
        return next
      },
      close: async () => {},
    },
    ending.signal,
  )
  return { happenings, warnings, inSignal }
}

it('opens a lease that could not be opened again and again, and says so once', async () => {
  const full = new Error('valkey "Central": max number of clients reached')
  const { happenings, warnings, inSignal } = await keptOn([full, full, full, idle])
  expect(happenings.map(({ kind }) => kind).slice(0, 2)).toEqual(['connected', 'hearing'])
  expect(warnings).toEqual([`claim: who else is there can not be heard, it is tried again: ${full.message}`])
  // That of the lease that is open, and none of those that were not.
  expect(inSignal).toBe(1)
})

it('says that strangers can not be heard, and looks from time to time whether they can', async () => {
  const unproven = { kind: 'unproven', text: 'no right', rules: ['a rule'] } as const
  const { happenings } = await keptOn([{ ...idle, hearing: unproven }, idle])
  const hearing = happenings.filter(({ kind }) => kind === 'hearing')
  const deaf = { reason: 'may-not-look', error: 'no right', rules: ['a rule'] }
  expect(hearing).toEqual([
    { kind: 'hearing', key: 'valkey "Central"', deaf },
    { kind: 'hearing', key: 'valkey "Central"' },
  ])
})

it('goes on as a standby after a claim was given back, on the same connection', async () => {
  const done: string[] = []
  const happenings: Happening['kind'][] = []
  const lease: Lease = {
    ...idle,
    announce: async () => {
      done.push('announce')
      return { kind: 'told' }
    },
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
    warn: () => {},
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
