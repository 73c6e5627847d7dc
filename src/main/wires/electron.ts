/**
 * The wire for the desktop's window: texts over Electron's IPC. In come messages of pages; only those of the main frame
 * of a window of ours, showing our own page, are heard. Out go wires, one for each window at a time.
 */
import { frameToText, textToFrame, type Wire } from '#shared/rpc'
import { shellChannel } from '#shared/rpc/shell'
import { createWireEnd } from '#shared/rpc/wire-end'
import { mostFrameBytes } from './socket-wire.ts'

/** What is used here of Electron's `ipcMain` … */
export interface Ipc {
  on(channel: string, listener: (event: PageMessage, ...content: unknown[]) => void): unknown
  off(channel: string, listener: (event: PageMessage, ...content: unknown[]) => void): unknown
}
/** … of its `IpcMainEvent` … */
export interface PageMessage {
  readonly sender: PageContents
  readonly senderFrame: { readonly url: string } | null
}
/** … and of its `WebContents`. */
export interface PageContents {
  readonly mainFrame: object
  isDestroyed(): boolean
  send(channel: string, ...content: unknown[]): void
  once(event: 'destroyed', listener: () => void): unknown
  on(event: 'render-process-gone', listener: () => void): unknown
  on(
    event: 'did-start-navigation',
    listener: (details: { readonly isMainFrame: boolean; readonly isSameDocument: boolean }) => void,
  ): unknown
}

export interface ElectronWiresOptions {
  readonly ipc: Ipc
  /** Whether this address is a page of ours. */
  isOwnPage(url: string): boolean
  /** A wire with a window at its end. What it says waits until the wire has a listener. */
  onWire(wire: Wire): void
  /** Told of a message that nobody of ours can have sent. */
  onStranger(text: string): void
}

/** Hears windows until what it returns is called; that ends their wires. */
export function openElectronWires(options: ElectronWiresOptions): () => void {
  const { ipc, isOwnPage, onWire, onStranger } = options
  const windows = new Map<PageContents, WindowWires>()

  function onMessage(event: PageMessage, connection: unknown, text: unknown) {
    const { sender, senderFrame } = event
    if (!senderFrame || senderFrame !== sender.mainFrame || !isOwnPage(senderFrame.url))
      return onStranger(`${senderFrame?.url ?? 'a page that is gone'}: its message is not heard`)
    if (typeof connection !== 'string' || connection.length > longestId) return
    let wires = windows.get(sender)
    if (!wires) {
      wires = createWindowWires(sender, onWire)
      windows.set(sender, wires)
      sender.once('destroyed', () => {
        windows.get(sender)?.end('the window is closed')
        windows.delete(sender)
      })
    }
    wires.take(connection, typeof text === 'string' ? text : null)
  }

  ipc.on(shellChannel, onMessage)
  return () => {
    ipc.off(shellChannel, onMessage)
    for (const wires of windows.values()) wires.end('the application ends')
    windows.clear()
  }
}

const longestId = 100

interface WindowWires {
  take(connection: string, text: string | null): void
  end(why: string): void
}

/** The wires of one window. A page that is loaded anew, or that lost its connection, begins another one. */
function createWindowWires(contents: PageContents, onWire: (wire: Wire) => void): WindowWires {
  let now: OwnWire | undefined
  let last = ''

  function begin(connection: string): OwnWire {
    last = connection
    return createWire((text, why) => {
      if (!contents.isDestroyed()) contents.send(shellChannel, connection, text, why)
    })
  }
  function end(why: string) {
    now?.end(why)
    now = undefined
  }
  // Its page is gone, even before the next one speaks.
  contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) end('the page is loaded anew')
  })
  contents.on('render-process-gone', () => end('the page has crashed'))

  return {
    take: (connection, text) => {
      if (connection === last) return now?.take(text)
      if (text === null) return
      now?.end('the page has begun another connection')
      now = begin(connection)
      onWire(now.wire)
      now.take(text)
    },
    end,
  }
}

type Post = (text: string | null, why: string) => void

interface OwnWire {
  readonly wire: Wire
  take(text: string | null): void
  end(why: string): void
}

function createWire(post: Post): OwnWire {
  const end = createWireEnd({
    send: (frame) => {
      const text = frameToText(frame)
      if (text.length > mostFrameBytes)
        throw new RangeError(`a message of ${text.length} characters is too large for the window`)
      post(text, '')
    },
    close: () => post(null, 'closed by the application'),
  })
  return {
    wire: end.wire,
    end: (why) => {
      if (!end.ended) post(null, why)
      end.end(why)
    },
    take: (text) => {
      if (text === null) return end.end('closed by the window')
      const frame = text.length <= mostFrameBytes ? textToFrame(text) : undefined
      if (frame) end.arrive(frame)
      else end.wire.close()
    },
  }
}
