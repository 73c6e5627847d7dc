/**
 * The window for other computers: over TLS and for a password only. In come the files of the certificate and the password;
 * out goes a door beside the one on this computer, which stays as it is.
 */
import { X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { isIP } from 'node:net'
import { asError } from '#main/link'
import type { Wire } from '#shared/rpc'
import { type Door, misplaced, noToken } from './access.ts'
import { openDoor } from './door.ts'
import { createPages, end, noticePage, type Pages } from './pages.ts'
import { createPasswordCheck, longestPassword, type PasswordCheck } from './password.ts'
import { createSessions, type Sessions } from './sessions.ts'

export interface RemoteWindowOptions {
  /** Address to listen on; `0.0.0.0` or `::` for all. */
  readonly host: string
  readonly port: number
  readonly certFile: string
  readonly keyFile: string
  /** Its first line is the password. */
  readonly passwordFile: string
  /** Folder of the built window. */
  readonly folder: string
  onWire(wire: Wire): void
  /** Told of a password that was wrong. */
  onWrong(from: string): void
}

export interface RemoteWindow {
  readonly port: number
  close(): Promise<void>
}

const shortestPassword = 10
const html = 'text/html; charset=utf-8'

/** Rejects with a text for people: a file that can't be used, or a port that can't be had. */
export async function openRemoteWindow(options: RemoteWindowOptions): Promise<RemoteWindow> {
  const { host, port, folder, onWire, onWrong } = options
  const [cert, key, password] = await Promise.all([
    readWhole('--tls-cert', options.certFile),
    readWhole('--tls-key', options.keyFile),
    readPassword(options.passwordFile),
  ])
  const names = certificateNames(cert, options.certFile)
  const sessions = createSessions()
  const passwords = await createPasswordCheck(password)
  let opened = 0
  let pages: Pages | undefined
  const place: Door = { isOwnHost: (given) => isOwnHost(given, opened, names), scheme: 'https' }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    // This name is asked for over TLS from now on.
    response.setHeader('Strict-Transport-Security', 'max-age=31536000')
    const wrong = misplaced(request.headers, place)
    if (wrong) return end(response, wrong.status, 'text/plain; charset=utf-8', wrong.why, { Connection: 'close' })
    if (request.method === 'POST' && request.url === '/login' && pages)
      return await login(request, response, { passwords, sessions, pages, onWrong })
    await pages?.answer(request, response)
  }
  const door = await openDoor({
    makeServer: (limits, listener) => createServer({ ...limits, cert, key, minVersion: 'TLSv1.2' }, listener),
    host,
    port,
    answer: (request, response) => void answer(request, response).catch(() => response.destroy()),
    refuseWire: (request) => {
      const wrong = misplaced(request.headers, place)
      if (wrong) return wrong
      const isOwnPage = request.headers.origin !== undefined && pages?.hasSession(request)
      return isOwnPage ? undefined : noToken
    },
    onWire,
    mostWires: 16,
  }).catch((error: unknown) => {
    throw new Error(`--host: ${asError(error).message}`, { cause: error })
  })
  opened = door.port
  pages = createPages({ folder, sessions, cookie: `__Host-warlink_${opened}`, secure: true, login: loginPage('') })
  return door
}

interface LoginParts {
  readonly passwords: PasswordCheck
  readonly sessions: Sessions
  readonly pages: Pages
  onWrong(from: string): void
}

async function login(
  request: IncomingMessage,
  response: ServerResponse,
  { passwords, sessions, pages, onWrong }: LoginParts,
) {
  // A form of another site would come without this header, or with its own origin.
  if (request.headers.origin === undefined) return end(response, 403, html, loginPage('Log in here.'))
  const from = request.socket.remoteAddress ?? ''
  const given = new URLSearchParams(await readBody(request)).get('password') ?? ''
  switch (await passwords.check(given, from)) {
    case 'right':
      return end(response, 303, html, '', { Location: '/', 'Set-Cookie': pages.cookieFor(sessions.begin()) })
    case 'wrong':
      onWrong(from)
      return end(response, 403, html, loginPage('The password is wrong.'))
    case 'too-many':
      return end(response, 429, html, loginPage('Too many tries. Wait a minute.'), { 'Retry-After': '60' })
  }
}

/** A form's text. Rejects where it is longer than a password can be. */
async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > 4 * longestPassword) throw new Error('the form is too long')
  }
  return text
}

function loginPage(notice: string): string {
  return noticePage(
    notice || 'This gateway asks for its password.',
    '<form method="post" action="/login"><label>Password <input type="password" name="password" autocomplete="current-password" autofocus required></label> <button>Open</button></form>',
  )
}

/** Whether the certificate is for this name: a page that has turned its own name into our address has no such one. */
function isOwnHost(given: string, port: number, certificate: X509Certificate): boolean {
  const url = URL.canParse(`https://${given}`) ? new URL(`https://${given}`) : undefined
  if (!url || url.host !== given.toLowerCase() || Number(url.port || 443) !== port) return false
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined
}

function certificateNames(cert: string, file: string): X509Certificate {
  try {
    return new X509Certificate(cert)
  } catch (error) {
    throw new Error(`--tls-cert: ${file} holds no certificate in PEM form.`, { cause: error })
  }
}

async function readWhole(option: string, file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`${option}: ${file} can't be read (${asError(error).message}).`, { cause: error })
  })
}

async function readPassword(file: string): Promise<string> {
  const text = await readWhole('--password-file', file)
  const { mode } = await stat(file)
  if (process.platform !== 'win32' && mode & 0o007)
    throw new Error(
      `--password-file: every user of this computer can read ${file}. Run: chmod 600 ${JSON.stringify(file)}`,
    )
  const password = text.split(/\r?\n/, 1)[0] ?? ''
  if (password.length < shortestPassword || password.length > longestPassword)
    throw new Error(
      `--password-file: the first line of ${file} is the password: at least ${shortestPassword} characters.`,
    )
  return password
}
