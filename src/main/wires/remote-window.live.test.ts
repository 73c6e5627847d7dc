import { readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { makeCertificates, type TlsFiles } from '#scripts/brokers/certificates'
import { find } from '#scripts/brokers/server'
import type { Wire } from '#shared/rpc'
import { openRemoteWindow, type RemoteWindow, type RemoteWindowOptions } from './remote-window.ts'

const hasTools = find('openssl') !== undefined
if (!hasTools) console.warn('remote-window: openssl is missing (Debian: apt-get install openssl)')

describe.skipIf(!hasTools && !process.env.CI)('the window for other computers', () => {
  let folder: string
  let tls: TlsFiles
  let remote: RemoteWindow
  const onWire = vi.fn((wire: Wire) => wire.onFrame(() => {}))
  const onWrong = vi.fn()
  const sockets: WebSocket[] = []
  const password = 'a long password'
  const options = (): RemoteWindowOptions => ({
    host: '127.0.0.1',
    port: 0,
    certFile: tls.serverCert,
    keyFile: tls.serverKey,
    passwordFile: join(folder, 'password'),
    folder: join(folder, 'window'),
    onWire,
    onWrong,
  })

  beforeAll(async () => {
    tls = makeCertificates()
    folder = await mkdtemp(join(tmpdir(), 'remote-'))
    await mkdir(join(folder, 'window'))
    await writeFile(join(folder, 'window/index.html'), '<title>window</title>')
    await writeFile(join(folder, 'password'), `${password}\n`, { mode: 0o600 })
    remote = await openRemoteWindow(options())
  })
  afterEach(() => {
    for (const ws of sockets.splice(0)) ws.terminate()
  })
  afterAll(async () => {
    await remote.close()
    await rm(folder, { recursive: true })
  })

  function ask(path: string, more: RequestOptions = {}, body = '') {
    const own = {
      host: '127.0.0.1',
      port: remote.port,
      path,
      ca: readFileSync(tls.ca),
      checkServerIdentity: () => undefined,
      ...more,
    }
    return new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
      const asked = request(own, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      })
      asked.on('error', reject).end(body)
    })
  }
  const origin = () => `https://127.0.0.1:${remote.port}`
  const login = (text: string, headers: Record<string, string> = { origin: origin() }) =>
    ask('/login', { method: 'POST', headers }, new URLSearchParams({ password: text }).toString())
  const cookieOf = ({ headers }: { headers: IncomingHttpHeaders }) => String(headers['set-cookie']?.[0]?.split(';')[0])

  test('shows a form without the password, and the window with it', async () => {
    const first = await ask('/')
    expect(first).toMatchObject({ status: 401, text: expect.stringContaining('action="/login"') })
    expect(first.headers['strict-transport-security']).toMatch(/max-age/)
    const entered = await login(password)
    expect(entered).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(entered.headers['set-cookie']?.[0]).toMatch(
      /^__Host-warlink_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Secure$/,
    )
    const headers = { cookie: cookieOf(entered) }
    expect(await ask('/', { headers })).toMatchObject({ status: 200, text: '<title>window</title>' })
  })

  test('a wrong password is told to the log, and a form of another site is not heard', async () => {
    expect((await login('wrong password')).status).toBe(403)
    expect(onWrong).toHaveBeenCalledWith('127.0.0.1')
    expect((await login(password, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await login(password, {})).status).toBe(403)
    expect((await login('x'.repeat(10_000)).catch(() => ({ status: 0 }))).status).toBe(0)
  })

  test('answers to the names of its certificate only', async () => {
    const status = async (host: string) => (await ask('/', { headers: { host } })).status
    expect(await status(`localhost:${remote.port}`)).toBe(401)
    for (const host of ['evil.example', `evil.example:${remote.port}`, '127.0.0.1', `127.0.0.1:${remote.port + 1}`])
      expect(await status(host), host).toBe(421)
  })

  test('has no ticket: an address that is seen on the way lets nobody in', async () => {
    expect((await ask('/enter?ticket=x')).status).toBe(401)
  })

  test('the wire opens for our own page with its session', async () => {
    const cookie = cookieOf(await login(password))
    const knock = (headers: Record<string, string>) => {
      const ws = new WebSocket(`wss://127.0.0.1:${remote.port}/wire`, { headers, ca: readFileSync(tls.ca) })
      sockets.push(ws)
      return new Promise<number>((resolve) => {
        ws.once('open', () => resolve(101))
        ws.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
        ws.on('error', () => {})
      })
    }
    expect(await knock({ cookie, origin: origin() })).toBe(101)
    expect(onWire).toHaveBeenCalledOnce()
    expect(await knock({ cookie })).toBe(401)
    expect(await knock({ origin: origin() })).toBe(401)
    expect(await knock({ cookie, origin: 'https://evil.example' })).toBe(403)
  })

  test('a wire on which nobody speaks stays', { timeout: 20_000 }, async () => {
    const headers = { cookie: cookieOf(await login(password)), origin: origin() }
    const ws = new WebSocket(`wss://127.0.0.1:${remote.port}/wire`, { headers, ca: readFileSync(tls.ca) })
    sockets.push(ws)
    ws.on('error', () => {})
    const pinged = vi.fn()
    ws.on('ping', pinged)
    const closed = vi.fn()
    ws.on('close', closed)
    await vi.waitUntil(() => pinged.mock.calls.length === 4 || closed.mock.calls.length > 0, 15_000)
    expect(closed).not.toHaveBeenCalled()
  })

  test('speaks nothing but TLS', async () => {
    await expect(fetch(`http://127.0.0.1:${remote.port}/`)).rejects.toThrow()
  })

  test('a caller that never shakes hands is cut off', { timeout: 15_000 }, async () => {
    const caller = connect(remote.port, '127.0.0.1').resume()
    caller.on('error', () => {})
    const begun = performance.now()
    await new Promise((resolve) => caller.once('close', resolve))
    expect(performance.now() - begun).toBeLessThan(10_000)
  })

  test('closing waits for nobody who shakes hands', async () => {
    const another = await openRemoteWindow(options())
    const caller = connect(another.port, '127.0.0.1')
    await new Promise((resolve) => caller.once('connect', resolve))
    // Taken by the door as well: it answers in the order of arrival.
    await new Promise((resolve) => connect(another.port, '127.0.0.1').end('no TLS').resume().once('close', resolve))
    const begun = performance.now()
    await another.close()
    expect(performance.now() - begun).toBeLessThan(1_000)
    caller.destroy()
  })

  test('files that can not be used are told with what to do', async () => {
    const file = async (name: string, text: string, mode = 0o600) => {
      const path = join(folder, name)
      await writeFile(path, text)
      await chmod(path, mode)
      return path
    }
    const wrong: [Partial<RemoteWindowOptions>, RegExp][] = [
      [{ certFile: join(folder, 'none') }, /^--tls-cert: .* can't be read/],
      [{ certFile: await file('cert', 'x') }, /^--tls-cert: .*no certificate/],
      [{ passwordFile: await file('short', 'short\n') }, /^--password-file: .*at least 10/],
      [{ passwordFile: await file('open', `${password}\n`, 0o644) }, /^--password-file: every user .*chmod 600/],
      [{ port: remote.port }, /^--host: .*Is the port used/],
    ]
    for (const [change, text] of wrong)
      await expect(openRemoteWindow({ ...options(), ...change })).rejects.toThrow(text)
  })
})
