import { EventEmitter } from 'node:events'
import type { IpcMain, IpcMainEvent, WebContents } from 'electron'
import { expect, expectTypeOf, test, vi } from 'vitest'
import { z } from 'zod'
import { type Client, type Contract, connectTo, frameToText, returns, serve, textToFrame, type Wire } from '#shared/rpc'
import { shellChannel } from '#shared/rpc/shell'
import { createWireEnd } from '#shared/rpc/wire-end'
import { type Ipc, openElectronWires, type PageContents, type PageMessage } from './electron.ts'
import { mostFrameBytes } from './socket-wire.ts'

const contract = {
  requests: {
    double: { input: z.strictObject({ value: z.bigint() }), output: returns<bigint>() },
    wait: { input: z.strictObject({}), output: returns<string>() },
  },
  events: {},
} as const satisfies Contract

const ownPage = 'app://window/'

class FakeContents extends EventEmitter implements PageContents {
  readonly mainFrame = { url: ownPage }
  readonly sent: unknown[][] = []
  hear: (connection: unknown, text: unknown, why: unknown) => void = () => {}
  destroyed = false
  isDestroyed() {
    return this.destroyed
  }
  send(channel: string, ...content: unknown[]) {
    if (this.destroyed) throw new Error('Object has been destroyed')
    if (channel !== shellChannel) throw new Error(`unexpected channel ${channel}`)
    this.sent.push(content)
    void Promise.resolve().then(() => this.hear(content[0], content[1], content[2]))
  }
}

function start() {
  const ipc = new EventEmitter()
  const aborted = vi.fn()
  const onStranger = vi.fn()
  const wires: Wire[] = []
  const stop = openElectronWires({
    ipc,
    isOwnPage: (url) => url === ownPage,
    onStranger,
    onWire: (wire) => {
      wires.push(wire)
      const handlers = {
        requests: {
          double: ({ value }: { value: bigint }) => 2n * value,
          wait: (_input: object, signal: AbortSignal) =>
            new Promise<string>(() => signal.addEventListener('abort', aborted, { once: true })),
        },
        events: {},
      }
      serve(wire, handlers, contract)
    },
  })
  const say = (sender: FakeContents, connection: unknown, text: unknown, senderFrame: PageMessage['senderFrame']) =>
    ipc.emit(shellChannel, { sender, senderFrame }, connection, text)
  return { ipc, stop, say, aborted, onStranger, wires }
}

/** A page that is connected: the renderer's side, as `shellWire` makes it. */
function connectPage(contents: FakeContents, say: ReturnType<typeof start>['say'], connection: string) {
  const end = createWireEnd({
    send: (frame) => say(contents, connection, frameToText(frame), contents.mainFrame),
    close: () => say(contents, connection, null, contents.mainFrame),
  })
  contents.hear = (id, text, why) => {
    if (id !== connection) return
    const frame = typeof text === 'string' ? textToFrame(text) : undefined
    if (frame) end.arrive(frame)
    else end.end(String(why))
  }
  const client: Client<typeof contract> = connectTo(end.wire)
  return client
}

const turns = () => new Promise((resolve) => setImmediate(resolve))

test('carries calls of our own page, with all digits', async () => {
  const { say } = start()
  const client = connectPage(new FakeContents(), say, 'a')
  expect(await client.call('double', { value: 2n ** 62n })).toBe(2n ** 63n)
})

test('hears the main frame of our own page and nobody else', async () => {
  const { say, wires, onStranger } = start()
  const contents = new FakeContents()
  const text = frameToText({ kind: 'call', id: 1, name: 'double', input: { value: 1n } })
  say(contents, 'a', text, { url: ownPage })
  say(contents, 'a', text, null)
  contents.mainFrame.url = 'https://evil.example/'
  say(contents, 'a', text, contents.mainFrame)
  await turns()
  expect(wires).toHaveLength(0)
  expect(onStranger).toHaveBeenCalledTimes(3)
  contents.mainFrame.url = ownPage
  say(contents, 'a', text, contents.mainFrame)
  await turns()
  expect(contents.sent).toEqual([['a', frameToText({ kind: 'reply', id: 1, value: 2n }), '']])
})

test('a page that is loaded anew ends what the old one had open, and begins with a wire of its own', async () => {
  const { say, aborted, wires } = start()
  const contents = new FakeContents()
  const old = connectPage(contents, say, 'old').call('wait', {})
  const ended = expect(old).rejects.toMatchObject({ code: 'closed' })
  contents.emit('did-start-navigation', { isMainFrame: false, isSameDocument: false })
  contents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true })
  await turns()
  expect(aborted).not.toHaveBeenCalled()
  contents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
  expect(aborted).toHaveBeenCalledOnce()
  await ended
  say(contents, 'old', frameToText({ kind: 'call', id: 2, name: 'double', input: { value: 1n } }), contents.mainFrame)
  expect(wires, 'what the old page still says opens nothing').toHaveLength(1)
  expect(await connectPage(contents, say, 'new').call('double', { value: 1n })).toBe(2n)
  expect(wires).toHaveLength(2)
})

test('a page that begins another connection gives up the one before', async () => {
  const { say, aborted } = start()
  const contents = new FakeContents()
  const first = connectPage(contents, say, 'a').call('wait', {})
  void first.catch(() => {})
  expect(await connectPage(contents, say, 'b').call('double', { value: 1n })).toBe(2n)
  expect(aborted).toHaveBeenCalledOnce()
})

test('a closed window, a crashed page and the end of the application end the wire', async () => {
  const { say, aborted, stop, ipc } = start()
  const [closed, crashed, last] = [new FakeContents(), new FakeContents(), new FakeContents()]
  for (const [i, contents] of [closed, crashed, last].entries())
    void connectPage(contents, say, `c${i}`)
      .call('wait', {})
      .catch(() => {})
  closed.destroyed = true
  closed.emit('destroyed')
  expect(aborted).toHaveBeenCalledTimes(1)
  crashed.emit('render-process-gone')
  expect(aborted).toHaveBeenCalledTimes(2)
  stop()
  expect(aborted).toHaveBeenCalledTimes(3)
  expect(last.sent.at(-1)).toEqual(['c2', null, 'the application ends'])
  expect(ipc.listenerCount(shellChannel)).toBe(0)
})

test('what is no frame ends its wire; what is no message is passed over', async () => {
  const { say, wires } = start()
  for (const text of ['', '{', '{"kind":"call"}', 'x'.repeat(mostFrameBytes + 1)]) {
    const contents = new FakeContents()
    say(contents, 'a', text, contents.mainFrame)
    expect(contents.sent.at(-1)?.slice(0, 2)).toEqual(['a', null])
  }
  const before = wires.length
  const contents = new FakeContents()
  for (const connection of [undefined, 1, {}, 'x'.repeat(1_000)]) say(contents, connection, '{}', contents.mainFrame)
  say(contents, 'a', null, contents.mainFrame)
  expect(wires).toHaveLength(before)
})

test('Electron gives what is asked for here', () => {
  expectTypeOf<IpcMain>().toExtend<Ipc>()
  expectTypeOf<IpcMainEvent>().toExtend<PageMessage>()
  expectTypeOf<WebContents>().toExtend<PageContents>()
})
