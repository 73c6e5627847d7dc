/** The window over HTTP: the way in, then its files, for those with a session. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { product } from '#shared/product'
import { readAsset, securityHeaders } from './assets.ts'
import { isOwnUser as isOwnUserHere } from './peer-user.ts'
import type { Sessions } from './sessions.ts'

export interface PagesOptions {
  /** Where the built window is. */
  readonly folder: string
  readonly sessions: Sessions
  /** Of the session. Cookies do not know ports: the name has the port in it, so that two gateways keep theirs apart. */
  readonly cookie: string
  /** The door is open to other computers: the cookie travels over TLS alone. */
  readonly secure: boolean
  /** Whether the caller is the user this process runs as, for own tickets; absent: as the system says. */
  isOwnUser?(caller: Socket): Promise<boolean>
  /** What who has no session gets to see; absent: where to find the address. */
  readonly login?: string
}

export interface Pages {
  /** Answers a request that has passed the door. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
  hasSession(request: IncomingMessage): boolean
  /** `Set-Cookie` for a session. */
  cookieFor(session: string): string
}

const html = 'text/html; charset=utf-8'
const plain = 'text/plain; charset=utf-8'

export function createPages(options: PagesOptions): Pages {
  const { folder, sessions, cookie, secure, login, isOwnUser = isOwnUserHere } = options
  const hasSession = ({ headers }: IncomingMessage) => sessions.has(headers.cookie, cookie)
  const cookieFor = (session: string) =>
    `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/${secure ? '; Secure' : ''}`

  async function sessionFor(query: string | undefined, caller: Socket): Promise<string | undefined> {
    const given = new URLSearchParams(query)
    const own = given.get('own')
    if (own === null) return sessions.enter(given.get('ticket') ?? '')
    return (await isOwnUser(caller)) ? sessions.enterOwn(own) : undefined
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    if (request.method !== 'GET') return end(response, 405, plain, 'only GET')
    const [path = '/', query] = (request.url ?? '/').split('?', 2)
    if (path === '/enter' && !secure) {
      const session = await sessionFor(query, request.socket)
      if (!session) return end(response, 403, html, noticePage(used))
      // Not a redirect: after a link in another program's page the cookie of this site would not go along.
      return end(response, 200, html, enteredPage, { 'Set-Cookie': cookieFor(session) })
    }
    const known = hasSession(request)
    if (path === '/session') return end(response, known ? 204 : 401, plain, '')
    if (!known) return end(response, 401, html, login ?? noticePage(strange))
    const asset = await readAsset(folder, path)
    if (!asset) return end(response, 404, plain, 'nothing is here')
    const cache = asset.lasting ? 'private, max-age=31536000, immutable' : 'no-store'
    return end(response, 200, asset.type, asset.body, { 'Cache-Control': cache })
  }
  return { answer, hasSession, cookieFor }
}

/** Sends one answer, with the headers every answer has. */
export function end(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
) {
  const all = { ...securityHeaders, 'Cache-Control': 'no-store', 'Content-Type': type, ...headers }
  response.writeHead(status, all).end(body)
}

const used =
  'This address has been used already, or is too old. It lets in once: the window is open where it was used. For another one, run the command again.'
const strange = 'This window belongs to whoever started the gateway. Open the address that it printed.'

const head = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${product.name}</title>`

/** A page that says one thing. `text` is ours: nothing of a request is ever put into it. */
export function noticePage(text: string, more = ''): string {
  return `${head}<p>${text}</p>${more}</html>`
}

const enteredPage = `${head}<meta http-equiv="refresh" content="0; url=/"></html>`
