import { expect, test } from 'vitest'
import { RpcError } from '#shared/rpc'
import type { TesterHop } from '#shared/tester'
import { exportText, mostSent } from './history.ts'
import { createTester, type Sending, type Tester } from './store.ts'

interface Subscription {
  readonly input: { readonly payload: string }
  readonly listener: {
    onItems(items: readonly TesterHop[], dropped: number): void | Promise<void>
    onEnd?(why: RpcError): void
  }
  stopped: boolean
}

function start(): { readonly tester: Tester; readonly open: Subscription[] } {
  const open: Subscription[] = []
  const tester = createTester({
    subscribeOnce: (_name, input, listener) => {
      const one: Subscription = {
        input: input as Subscription['input'],
        listener: listener as Subscription['listener'],
        stopped: false,
      }
      open.push(one)
      return () => {
        one.stopped = true
      }
    },
  })
  return { tester, open }
}

const sending = (payload = '{}'): Sending => ({
  entry: { service: 'mqtt', name: 'Central' },
  plc: 'Main PLC',
  tag: 'Level_SP',
  valueJson: '65',
  message: { address: 'a/Main PLC/write', payload },
  retain: false,
})
const sent: TesterHop = { kind: 'sent', at: 5, text: '' }
const ended: TesterHop = { kind: 'ended', at: 9, text: '' }

test('each request has an id of its own, and its hops fill in as they come', () => {
  const { tester, open } = start()
  const before = tester.store.getState().draft.requestId
  tester.send(sending())
  expect(tester.store.getState().draft.requestId).not.toBe(before)
  void open[0]?.listener.onItems([sent], 0)
  expect(tester.store.getState().history[0]).toMatchObject({ requestId: before, hops: [sent] })
  expect(tester.store.getState().running).toBe('1')
  void open[0]?.listener.onItems([ended], 0)
  expect(tester.store.getState().running).toBeUndefined()
  expect(open[0]?.stopped).toBe(true)
})

test('while a request is under way no other leaves; given up, its late hops change nothing', () => {
  const { tester, open } = start()
  tester.send(sending())
  tester.send(sending())
  expect(open).toHaveLength(1)
  tester.giveUp()
  expect(open[0]?.stopped).toBe(true)
  tester.send(sending())
  const [second, first] = tester.store.getState().history
  expect(first?.hops.at(-1)).toMatchObject({ kind: 'ended', text: 'Given up before an answer came' })
  void open[0]?.listener.onItems([ended], 0)
  expect(second?.hops).toEqual([])
  expect(tester.store.getState().running).toBe('2')
})

test('a lost connection says that nobody knows, whether something had been told before or not', () => {
  const { tester, open } = start()
  tester.send(sending())
  open[0]?.listener.onEnd?.(new RpcError('closed', 'writeback.send: no connection to the gateway'))
  expect(tester.store.getState().history[0]?.hops[0]).toMatchObject({
    kind: 'failed',
    text: 'writeback.send: no connection to the gateway. Whether the request was sent is not known: read the tag before you send it again.',
  })
  tester.send(sending())
  void open[1]?.listener.onItems([sent], 0)
  open[1]?.listener.onEnd?.(new RpcError('closed', 'gone'))
  expect(tester.store.getState().history[0]?.hops[1]).toMatchObject({ kind: 'failed', text: /not known: read the tag/ })
})

test('repeating takes over the draft with a new id; the list stays bounded', () => {
  const { tester } = start()
  tester.change({ plc: 'Main PLC', tag: 'Level_SP', text: '65' })
  for (let i = 0; i < mostSent + 5; i++) {
    tester.send(sending(String(i)))
    tester.giveUp()
  }
  const { history } = tester.store.getState()
  expect(history).toHaveLength(mostSent)
  tester.change({ tag: 'Other', text: '' })
  const first = history.at(-1)
  if (first) tester.repeat(first)
  expect(tester.store.getState().draft).toMatchObject({ tag: 'Level_SP', text: '65' })
  expect(tester.store.getState().draft.requestId).not.toBe(first?.requestId)
})

test('the export has a line for each request, with its hops', () => {
  const { tester, open } = start()
  tester.send(sending())
  void open[0]?.listener.onItems([sent, ended], 0)
  const lines = exportText(tester.store.getState().history).trim().split('\n')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    entry: 'mqtt "Central"',
    outcome: 'failed',
    hops: [{ kind: 'sent', ms: 0 }, { kind: 'ended' }],
  })
})
