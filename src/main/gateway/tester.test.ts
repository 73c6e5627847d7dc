import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Hop, Requester, RequestToSend } from '#main/bridges/requester'
import type { Simulator } from '#main/plcs/simulator/simulator'
import type { ConfigEdit } from '#shared/contract/edits'
import type { TesterHop } from '#shared/tester'
import type { ClientsOf } from './clients.ts'
import { openTestFile, openTestSite, type TestFile, type TestSite, until } from './test-gateway.ts'
import { createTester, type SendOptions, type Tester } from './tester.ts'

let test: TestSite
let file: TestFile
let plc: Simulator
let tester: Tester
const made: { closed: boolean; readonly sent: RequestToSend[] }[] = []

/** What a client of the tester's tells of a request; by default it is answered at once. */
let hopsOf: (request: RequestToSend, signal: AbortSignal) => AsyncIterable<Hop> = answered

async function* answered({ address }: RequestToSend): AsyncIterable<Hop> {
  yield { kind: 'sent', at: 1 }
  yield { kind: 'taken', at: 2 }
  yield { kind: 'response', at: 3, address: `${address}/response`, payload: '{"success":true}' }
}

const clientsOf: ClientsOf = async (config, id) => {
  if (id.name === 'Locked') return { ok: false, name: 'mqtt/Locked', error: 'mqtt "Locked": no password' }
  const clients = await test.clientsOf(config, id)
  if (!clients.ok) return clients
  const requester = (): Requester => {
    const one = { closed: false, sent: [] as RequestToSend[] }
    made.push(one)
    return {
      send: (request, signal) => {
        one.sent.push(request)
        return hopsOf(request, signal)
      },
      close: async () => {
        one.closed = true
      },
    }
  }
  return { ok: true, value: { ...clients.value, requester } }
}

beforeEach(async () => {
  made.length = 0
  hopsOf = answered
  test = await openTestSite()
  plc = await test.plc()
  const text = `namespace: factory-a
write_timeout: 1s
poll_rate: 250ms
plcs:
  - name: Main PLC
    address: 127.0.0.1:${plc.port}
    tags: [{name: Test_DINT, writable: true, alias: Set}]
mqtt: [{name: Central, broker: one}, {name: Locked, broker: two, enabled: false}]
`
  file = await openTestFile(test, text)
  await until(() => test.retained('factory-a/Main PLC/tags/Set') !== undefined, 'published')
  tester = createTester(file.site, clientsOf)
})
afterEach(async () => {
  await tester.close()
  await file.close()
  await test.close()
})

const request: SendOptions = {
  entry: { service: 'mqtt', name: 'Central' },
  address: 'factory-a/Main PLC/write',
  payload: '{"tag":"Set","value":5}',
}

function begin(more: Partial<SendOptions> = {}) {
  const hops: TesterHop[] = []
  const leave = tester.send({ ...request, ...more }, (hop) => void hops.push(hop))
  return { hops, leave }
}

async function send(more: Partial<SendOptions> = {}): Promise<readonly TesterHop[]> {
  const { hops } = begin(more)
  await until(() => hops.at(-1)?.kind === 'ended', 'the end')
  return hops
}

it('one client sends all requests of an entry, and waits longer for the answer than the gateway for the PLC', async () => {
  expect((await send()).map(({ kind }) => kind)).toEqual(['sent', 'taken', 'response', 'ended'])
  await Promise.all([send(), send({ retain: true, key: 'k' })])
  expect(made).toHaveLength(1)
  const [first, , third] = made[0]?.sent ?? []
  expect(first?.timeoutMs).toBeGreaterThan(1_000)
  expect(first).not.toHaveProperty('retain')
  expect(third).toMatchObject({ retain: true, key: 'k' })
  await tester.close()
  expect(made[0]?.closed).toBe(true)
})

it('another configuration gets another client; that of before ends with its last request', async () => {
  let answer: () => void = () => {}
  const waiting = new Promise<void>((resolve) => {
    answer = resolve
  })
  hopsOf = async function* (sent) {
    yield { kind: 'sent', at: 1 }
    await waiting
    yield* answered(sent)
  }
  const slow = begin()
  await until(() => slow.hops.length === 1, 'sent')
  hopsOf = answered
  const edits: ConfigEdit[] = [{ kind: 'set-entry', entry: request.entry, keys: { broker: 'other' } }]
  await file.site.change(edits, { version: file.site.now.getState().version })
  await send()
  expect(made.map(({ closed }) => closed)).toEqual([false, false])
  answer()
  await until(() => slow.hops.at(-1)?.kind === 'ended', 'the end of the slow one')
  expect(made.map(({ closed }) => closed)).toEqual([true, false])
})

it('who leaves hears no more, and the client stops waiting', async () => {
  let stopped = false
  hopsOf = async function* (_request, signal) {
    yield { kind: 'sent', at: 1 }
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    stopped = true
    yield { kind: 'unanswered', at: 2 }
  }
  const { hops, leave } = begin({ readBack: { plc: 'Main PLC', tag: 'Set' } })
  await until(() => hops.length === 1, 'sent')
  leave()
  await until(() => stopped, 'stopped')
  hopsOf = answered
  await send()
  expect(hops.map(({ kind }) => kind)).toEqual(['sent'])
})

it('the value is read back from the PLC, by name or alias, never from the last poll', async () => {
  plc.set('Test_DINT', 5)
  for (const tag of ['Set', 'Test_DINT']) {
    const hops = await send({ readBack: { plc: 'Main PLC', tag } })
    expect(hops.at(-2)).toMatchObject({ kind: 'read-back', text: '5', same: true })
  }
  plc.set('Test_DINT', 6)
  expect((await send({ readBack: { plc: 'Main PLC', tag: 'Set' } })).at(-2)).toMatchObject({ text: '6', same: false })
  for (const readBack of [
    { plc: 'Main PLC', tag: 'Nothing' },
    { plc: 'Other', tag: 'Set' },
  ]) {
    expect((await send({ readBack })).at(-2)).toMatchObject({
      kind: 'read-back',
      same: 'unknown',
      text: expect.stringMatching(new RegExp(`^${readBack.plc}/${readBack.tag}: .+`)),
    })
  }
})

it('a client that can not be had, or fails, is told in words, and then the end', async () => {
  const locked = await send({ entry: { service: 'mqtt', name: 'Locked' } })
  expect(locked.map(({ kind, text }) => [kind, text])).toEqual([
    ['failed', 'mqtt "Locked": no password'],
    ['ended', ''],
  ])
  const nobody = await send({ entry: { service: 'mqtt', name: 'Nobody' } })
  expect(nobody.map(({ kind }) => kind)).toEqual(['failed', 'ended'])
  // biome-ignore lint/correctness/useYield: it fails before anything is sent
  hopsOf = async function* () {
    throw new Error('broken')
  }
  expect(await send()).toMatchObject([{ kind: 'failed', text: 'mqtt "Central": broken' }, { kind: 'ended' }])
})
