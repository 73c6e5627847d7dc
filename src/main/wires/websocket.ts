/**
 * The wire for the command line and the browser: WebSocket on 127.0.0.1, a free port, for a token. Every gateway opens
 * it; its address and token stand in the lock file, which only its user can read. With `window` the same door also
 * shows the window to whoever enters with a ticket.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Wire } from '#shared/rpc'
import { type Door, misplaced, noToken, showsToken } from './access.ts'
import { openDoor } from './door.ts'
import { createPages, end, type Pages, type PagesOptions } from './pages.ts'
import { createSessions } from './sessions.ts'

export interface WireServer {
  /** `http://127.0.0.1:‹port›` */
  readonly url: string
  /** What a caller has to show: `Authorization: Bearer ‹token›`. */
  readonly token: string
  /** An address that opens the window in a browser, once; undefined where no window is shown. */
  windowUrl(): string | undefined
  /** The same for a minute, to be opened by a program of this user: on Linux it lets in nobody else who sees it. */
  ownWindowUrl(): string | undefined
  /** Ends all wires and gives the port back, within 1 s. */
  close(): Promise<void>
}

export interface WireServerOptions {
  /** Given to those with the token at `/boot`: proof that this very process is alive. */
  readonly boot: string
  /** A wire with somebody at its end who may speak. What they say waits until the wire has a listener. */
  onWire(wire: Wire): void
  /** Wires at once; absent: 32. */
  readonly mostWires?: number
  /** Absent: a free one. */
  readonly port?: number
  /** Folder of the built window, to show it in a browser. */
  readonly window?: string
  /** As for the pages. */
  readonly isOwnUser?: PagesOptions['isOwnUser']
}

/** Opens the server. Rejects with a text for people where the port can't be had. */
export async function openWireServer(options: WireServerOptions): Promise<WireServer> {
  const { boot, onWire, mostWires = 32, port = 0, window } = options
  const token = randomBytes(32).toString('base64url')
  const sessions = createSessions()
  let url = ''
  let pages: Pages | undefined
  const place: Door = { isOwnHost: (host) => `http://${host}` === url, scheme: 'http' }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const wrong = misplaced(request.headers, place)
    if (wrong) return refuse(response, wrong.status, wrong.why)
    if (showsToken(request.headers, token)) return answerOwner(request, response)
    if (!pages || request.headers.authorization !== undefined) return refuse(response, noToken.status, noToken.why)
    await pages.answer(request, response)
  }
  /** Who has the token runs as the gateway's own user. */
  function answerOwner({ method, url: path }: IncomingMessage, response: ServerResponse) {
    if (path === '/ticket' && method === 'POST' && pages) return refuse(response, 200, windowUrl(askedMs) ?? '')
    if (path === '/own-ticket' && method === 'POST' && pages) return refuse(response, 200, ownWindowUrl() ?? '')
    if (method !== 'GET') return refuse(response, 405, 'only GET')
    return path === '/boot' ? refuse(response, 200, boot) : refuse(response, 404, 'nothing is here')
  }
  function windowUrl(lifeMs?: number) {
    return pages && `${url}/enter?ticket=${sessions.ticket(lifeMs)}`
  }

  const ownWindowUrl = () => pages && `${url}/enter?own=${sessions.ownTicket()}`

  const door = await openDoor({
    makeServer: createServer,
    host: '127.0.0.1',
    port,
    answer: (request, response) => void answer(request, response).catch(() => response.destroy()),
    refuseWire: (request) => {
      const wrong = misplaced(request.headers, place)
      if (wrong) return wrong
      if (showsToken(request.headers, token)) return undefined
      // A cookie goes along by itself: only the origin tells our page from any other.
      const isOwnPage = request.headers.origin !== undefined && pages?.hasSession(request)
      return isOwnPage ? undefined : noToken
    },
    onWire,
    mostWires,
  })
  url = `http://127.0.0.1:${door.port}`
  if (window !== undefined)
    pages = createPages({
      folder: window,
      sessions,
      cookie: `warlink_${door.port}`,
      secure: false,
      ...(options.isOwnUser ? { isOwnUser: options.isOwnUser } : {}),
    })
  return { url, token, windowUrl: () => windowUrl(), ownWindowUrl, close: door.close }
}

/** A ticket for who asked for it, in ms. */
const askedMs = 60_000

/** A short text. A body that was not asked for is not read. */
function refuse(response: ServerResponse, status: number, text: string) {
  end(response, status, 'text/plain; charset=utf-8', text, { Connection: 'close' })
}
