import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { openWireServer, type WireServer, type WireServerOptions } from './websocket.ts'

let outside: string
let folder: string
const opened: WireServer[] = []
const sockets: WebSocket[] = []

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'pages-'))
  folder = join(outside, 'window')
  await mkdir(join(folder, 'assets'), { recursive: true })
  await writeFile(join(folder, 'index.html'), '<title>window</title>')
  await writeFile(join(folder, 'assets/app-1.js'), 'export {}')
  await writeFile(join(folder, 'notes.exe'), 'x')
  await writeFile(join(outside, 'secret.json'), '{}')
})
afterEach(async () => {
  for (const ws of sockets.splice(0)) ws.terminate()
  await Promise.all(opened.splice(0).map((server) => server.close()))
})
afterAll(() => rm(outside, { recursive: true }))

async function open(window = folder, more: Partial<WireServerOptions> = {}) {
  const server = await openWireServer({ boot: 'b', onWire: () => {}, ...(window ? { window } : {}), ...more })
  opened.push(server)
  return server
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** As a browser or anything else asks, with any `Host` and any path as it stands. */
function ask(url: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    asked.on('error', reject).end()
  })
}

async function enter(server: WireServer): Promise<string> {
  const { pathname, search } = new URL(server.windowUrl() ?? '')
  const { headers } = await ask(server.url, `${pathname}${search}`)
  return String(headers['set-cookie']?.[0]?.split(';')[0])
}

function knock(url: string, headers: Record<string, string>): Promise<number> {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/wire`, { headers })
  sockets.push(ws)
  return new Promise((resolve) => {
    ws.once('open', () => resolve(101))
    ws.once('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    ws.on('error', () => {})
  })
}

test('the address lets in once, and gives a cookie that pages can not read and other sites can not send', async () => {
  const server = await open()
  const { pathname, search } = new URL(server.windowUrl() ?? '')
  const first = await ask(server.url, `${pathname}${search}`)
  const port = new URL(server.url).port
  expect(first.headers['set-cookie']).toEqual([
    expect.stringMatching(new RegExp(`^warlink_${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`)),
  ])
  expect(first.text).toContain('url=/')
  expect((await ask(server.url, `${pathname}${search}`)).status).toBe(403)
  expect((await ask(server.url, '/enter')).status).toBe(403)
})

test('an address for a program of this user lets in nobody else who sees it, and is not used up by them', async () => {
  let isOwn = false
  const server = await open(folder, { isOwnUser: async () => isOwn })
  const { pathname, search } = new URL(server.ownWindowUrl() ?? '')
  expect((await ask(server.url, `${pathname}${search}`)).status).toBe(403)
  expect((await ask(server.url, `${pathname}${search.replace('own', 'ticket')}`)).status).toBe(403)
  isOwn = true
  expect((await ask(server.url, `${pathname}${search}`)).headers['set-cookie']).toHaveLength(1)
  expect((await ask(server.url, `${pathname}${search}`)).status).toBe(403)
})

test('the system says that a program of this user is one', async () => {
  const server = await open()
  const authorization = `Bearer ${server.token}`
  const own = await ask(server.url, '/own-ticket', { method: 'POST', headers: { authorization } })
  expect(own.text).toMatch(/\/enter\?own=[\w-]{43}$/)
  expect((await ask(server.url, own.text.slice(server.url.length))).headers['set-cookie']).toHaveLength(1)
})

test('the window is shown to those with a session, under the strict policy, and to nobody else', async () => {
  const server = await open()
  const cookie = await enter(server)
  const page = await ask(server.url, '/', { headers: { cookie } })
  expect(page).toMatchObject({ status: 200, text: '<title>window</title>' })
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  const policy = String(page.headers['content-security-policy'])
  for (const rule of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"])
    expect(policy.split('; ')).toContain(rule)
  expect(policy).not.toMatch(/unsafe|\*|https?:/)
  const script = await ask(server.url, '/assets/app-1.js', { headers: { cookie } })
  expect(script.headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8' })
  expect(script.headers['cache-control']).toMatch(/immutable/)
  for (const path of ['/', '/assets/app-1.js', '/session'])
    for (const headers of [{}, { cookie: 'warlink_1=x' }, { cookie: `${cookie}x` }]) {
      const refused = await ask(server.url, path, { headers })
      expect(refused.status, path).toBe(401)
      expect(refused.headers['content-security-policy']).toBe(policy)
    }
  expect((await ask(server.url, '/session', { headers: { cookie } })).status).toBe(204)
})

test('nothing outside the window is given away', async () => {
  const server = await open()
  const cookie = await enter(server)
  const paths = ['/../secret.json', '/%2e%2e/secret.json', '/..%2fsecret.json', '/assets/../../secret.json']
  const more = ['/%00', '/notes.exe', '/assets', '/%', '/..%5csecret.json', '//secret.json', '/nothing.js']
  for (const path of [...paths, ...more])
    expect((await ask(server.url, path, { headers: { cookie } })).status, path).toBe(404)
})

test('another name for this computer, another origin and other methods get nothing, session or not', async () => {
  const server = await open()
  const cookie = await enter(server)
  const { port } = new URL(server.url)
  for (const host of [`localhost:${port}`, 'evil.example', '127.0.0.1'])
    expect((await ask(server.url, '/', { headers: { cookie, host } })).status, host).toBe(421)
  expect((await ask(server.url, '/', { headers: { cookie, origin: 'http://evil.example' } })).status).toBe(403)
  for (const method of ['POST', 'PUT', 'HEAD', 'OPTIONS'])
    expect((await ask(server.url, '/', { headers: { cookie }, method })).status, method).toBe(405)
})

test('the wire opens for our own page with its session: a session alone is sent along by any page', async () => {
  const server = await open()
  const cookie = await enter(server)
  const origin = server.url
  expect(await knock(server.url, { cookie, origin })).toBe(101)
  expect(await knock(server.url, { cookie })).toBe(401)
  expect(await knock(server.url, { origin })).toBe(401)
  expect(await knock(server.url, { cookie, origin: 'http://evil.example' })).toBe(403)
  const other = await open()
  expect(await knock(other.url, { cookie, origin: other.url }), 'a session of another gateway').toBe(401)
})

test('who has the token gets an address for the window, and nobody where there is no window', async () => {
  const server = await open()
  const headers = { authorization: `Bearer ${server.token}` }
  const { status, text } = await ask(server.url, '/ticket', { method: 'POST', headers })
  expect(status).toBe(200)
  const { pathname, search } = new URL(text)
  expect((await ask(server.url, `${pathname}${search}`)).status).toBe(200)
  expect((await ask(server.url, '/ticket', { method: 'POST' })).status).toBe(405)
  const bare = await open('')
  expect(bare.windowUrl()).toBeUndefined()
  const asked = { method: 'POST', headers: { authorization: `Bearer ${bare.token}` } }
  expect((await ask(bare.url, '/ticket', asked)).status).toBe(405)
  expect((await ask(bare.url, '/')).status).toBe(401)
})
