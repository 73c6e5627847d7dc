import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findRunning, type Lock, type LockOptions, takeLock } from './lock.ts'
import type { LockRecord } from './lock-record.ts'

/** Folders in which this user may make no file. */
const readOnly = vi.hoisted(() => new Set<string>())
vi.mock('#main/whole-file', async (original) => {
  const whole = await original<typeof import('#main/whole-file')>()
  const createWhole = async (path: string, text: string) => {
    if (readOnly.has(dirname(path))) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
    return await whole.createWhole(path, text)
  }
  return { ...whole, createWhole }
})

let folder: string
let config: string
let place: string
const children: ChildProcess[] = []
const held: Lock[] = []
const servers: Server[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
  config = join(folder, 'config.yaml')
  place = `${config}.lock`
  await writeFile(config, 'namespace: a\n')
})
afterEach(async () => {
  readOnly.clear()
  for (const lock of held.splice(0)) await lock.release()
  await Promise.all(children.splice(0).map(end))
  for (const server of servers.splice(0)) server.close()
  await rm(folder, { recursive: true, force: true })
})

const quick = { beatMs: 20, silentMs: 300, askMs: 200 }
const own = (boot: string) => ({ boot, url: 'http://127.0.0.1:9', token: 'secret-token' })
const take = async (boot: string, options: Partial<LockOptions> = {}) => {
  const outcome = await takeLock({ config, own: own(boot), times: quick, ...options })
  if (outcome.ok) held.push(outcome.lock)
  return outcome
}
const record = async () => JSON.parse(await readFile(place, 'utf8')) as LockRecord
const leave = (content: Partial<LockRecord> | string) =>
  writeFile(place, typeof content === 'string' ? content : JSON.stringify({ ...dead, ...content }))
/** A pid that no process of this computer can have. */
const dead: LockRecord = { ...own('old'), pid: 2 ** 30, host: hostname(), started: 'long ago' }
const files = async () => (await readdir(folder)).sort()

/** A process that takes the lock as a gateway does, says what came of it, and waits to be ended. */
const holder = `
  import { takeLock } from '#main/gateway/lock'
  const outcome = await takeLock({ config: process.argv[1], own: { boot: process.argv[2], url: 'http://127.0.0.1:9', token: 'x' } })
  console.log(outcome.ok ? 'taken' : 'refused ' + outcome.running?.boot)
  setInterval(() => {}, 1000)
`
function start(boot: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', holder, config, boot], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const lines = createInterface({ input: child.stdout })
  return { child, said: once(lines, 'line').then(([line]) => String(line)) }
}
async function end(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

test('stands beside the configuration, for its user alone, and goes when it is given back', async () => {
  const outcome = await take('me')
  expect(outcome.ok).toBe(true)
  expect((await stat(place)).mode & 0o777).toBe(0o600)
  expect(await record()).toMatchObject({ ...own('me'), pid: process.pid, host: hostname() })
  expect(await findRunning(config)).toMatchObject({ kind: 'running', record: { boot: 'me', token: 'secret-token' } })
  if (outcome.ok) await outcome.lock.release()
  expect(await files()).toEqual(['config.yaml'])
  expect(await findRunning(config)).toEqual({ kind: 'none' })
})

test('a second start is refused and told which gateway runs, and where', async () => {
  await take('first')
  const second = await take('second')
  expect(second).toMatchObject({ ok: false, running: { boot: 'first', pid: process.pid } })
  if (!second.ok)
    expect(second.error).toContain(`${config}: a gateway runs on it already (pid ${process.pid}, http://127.0.0.1:9)`)
  expect((await record()).boot).toBe('first')
})

test('two paths to one file have one lock', async () => {
  await symlink(config, join(folder, 'link.yaml'))
  await symlink(folder, `${folder}-link`)
  try {
    await take('first')
    for (const other of [
      join(folder, 'link.yaml'),
      join(`${folder}-link`, 'config.yaml'),
      `${folder}/./x/../config.yaml`,
    ])
      expect(await take('second', { config: other }), other).toMatchObject({ ok: false, running: { boot: 'first' } })
  } finally {
    await rm(`${folder}-link`)
  }
})

test('of many that start at once on a free file, exactly one gets it', async () => {
  const outcomes = await Promise.all(Array.from({ length: 30 }, (_, i) => take(`p${i}`)))
  expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1)
  expect(await files()).toEqual(['config.yaml', 'config.yaml.lock'])
})

test('of many that take over a dead lock at once, exactly one gets it, again and again', async () => {
  for (let round = 0; round < 10; round++) {
    await leave({ boot: `old${round}` })
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => take(`p${i}`)))
    const winners = outcomes.filter((outcome) => outcome.ok)
    expect(winners).toHaveLength(1)
    const [winner] = winners
    const names = outcomes.map((outcome) => (outcome.ok ? undefined : outcome.running?.boot))
    expect(new Set(names.filter((name) => name))).toEqual(new Set([(await record()).boot]))
    if (winner?.ok) await winner.lock.release()
  }
  expect(await files()).toEqual(['config.yaml'])
})

test('a successor that died while it took over does not stand in the way', async () => {
  await leave(dead)
  const outcome = await take('probe')
  const { text, turn } = { text: JSON.stringify(dead), turn: await turnOf(JSON.stringify(dead)) }
  if (outcome.ok) await outcome.lock.release()
  await leave(text)
  await writeFile(turn, JSON.stringify({ ...dead, boot: 'died on the way' }))
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => take(`p${i}`)))
  expect(outcomes.filter((winner) => winner.ok)).toHaveLength(1)
  expect(await files()).toEqual(['config.yaml', 'config.yaml.lock'])
})

test('who looked at a dead lock and comes late does not replace the lock of who was faster', async () => {
  let asked = 0
  const server = createServer((_request, response) => {
    asked++
    if (asked > 1) response.end('somebody else')
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  await leave({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` })
  const late = take('late')
  await vi.waitUntil(() => asked === 1)
  expect((await take('fast')).ok).toBe(true)
  expect(await late).toMatchObject({ ok: false, running: { boot: 'fast' } })
  expect(await files()).toEqual(['config.yaml', 'config.yaml.lock'])
  server.closeAllConnections()
})

async function turnOf(text: string): Promise<string> {
  const { createHash } = await import('node:crypto')
  return `${place}.${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
}

test('processes that start at once: one gets it; when it is killed, one of the next gets it', async () => {
  const first = [start('a'), start('b'), start('c')]
  const said = await Promise.all(first.map(({ said: text }) => text))
  expect(said.filter((text) => text === 'taken')).toHaveLength(1)
  const winner = said.indexOf('taken')
  expect(new Set(said)).toEqual(new Set(['taken', `refused ${'abc'[winner]}`]))
  const running = first[winner]?.child
  expect(await take('me')).toMatchObject({ ok: false, running: { pid: running?.pid } })
  if (running) await end(running)
  expect(await findRunning(config)).toEqual({ kind: 'none' })
  const next = await Promise.all([start('d'), start('e')].map(({ said: text }) => text))
  expect(next.filter((text) => text === 'taken')).toHaveLength(1)
}, 30_000)

test('a pid that is used again by another process is not taken for the gateway', async () => {
  await leave({ pid: process.pid, boot: 'before', started: 'another time' })
  expect((await take('me')).ok).toBe(true)
})

test('where nobody knows since when a process lives, its own answer counts', async () => {
  let answers: 'boot' | 'other' | 'nothing' = 'boot'
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization)
    if (answers !== 'nothing') response.end(answers === 'boot' ? 'old' : 'x'.repeat(5_000))
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  await leave({ pid: process.pid, started: '', url })
  expect(await take('me')).toMatchObject({ ok: false, running: { boot: 'old' } })
  expect(asked).toContain('Bearer secret-token')
  answers = 'nothing'
  expect((await take('me')).ok, 'a gateway that is busy lives').toBe(false)
  answers = 'other'
  expect((await take('me')).ok).toBe(true)
  server.closeAllConnections()
})

test('garbage, an empty file and a foreign address are no gateway', async () => {
  const texts = [
    '',
    'x',
    'null',
    '[]',
    '\0\0',
    '{"pid":1}',
    JSON.stringify({ ...dead, pid: process.pid, url: 'http://evil.example:80' }),
  ]
  for (const text of texts) {
    await leave(text)
    expect(await findRunning(config), text).toEqual({ kind: 'none' })
    const outcome = await take('me')
    expect(outcome.ok, text).toBe(true)
    if (outcome.ok) await outcome.lock.release()
  }
})

test('a gateway on another computer holds the lock as long as it touches the file', async () => {
  await leave({ host: 'other-computer' })
  const beat = setInterval(() => void utimes(place, new Date(), new Date()), 20)
  const refused = await take('me')
  clearInterval(beat)
  expect(refused).toMatchObject({ ok: false, error: expect.stringContaining('on the computer "other-computer"') })
  expect((await take('me')).ok).toBe(true)
  const before = (await stat(place)).mtimeMs
  await vi.waitUntil(async () => (await stat(place)).mtimeMs > before, 2_000)
})

test("a lock that was deleted comes back; one that is somebody else's is told and left alone", async () => {
  const onLost = vi.fn()
  const outcome = await take('me', { onLost })
  await rm(place)
  await vi.waitUntil(
    () =>
      stat(place).then(
        () => true,
        () => false,
      ),
    2_000,
  )
  expect(onLost).not.toHaveBeenCalled()
  await leave({ boot: 'thief', pid: 4711 })
  await vi.waitUntil(() => onLost.mock.calls.length > 0, 2_000)
  expect(onLost).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/pid 4711 on /))
  if (outcome.ok) await outcome.lock.release()
  expect((await record()).boot).toBe('thief')
})

test('where the folder can not be written, the lock is in the next place, and is found there', async () => {
  const places = [join(config, 'no-folder', 'x.lock'), join(folder, 'user', 'x.lock')]
  expect((await take('me', { places })).ok).toBe(true)
  expect(await findRunning(config, { places })).toMatchObject({ kind: 'running', record: { boot: 'me' } })
  expect(await take('second', { places })).toMatchObject({ ok: false, running: { boot: 'me' } })
  const nowhere = await take('third', { places: places.slice(0, 1) })
  expect(nowhere).toMatchObject({
    ok: false,
    error: expect.stringMatching(/its lock can't be made .*must be writable/),
  })
})

test('a user who may not write beside the configuration is refused while a gateway of another one runs on it', async () => {
  const places = [place, join(folder, 'user', 'x.lock')]
  const first = await take('first', { places })
  readOnly.add(folder)
  expect(await take('second', { places })).toMatchObject({
    ok: false,
    error: expect.stringContaining('a gateway runs on it already'),
    running: { boot: 'first' },
  })
  expect(await readdir(join(folder, 'user'))).toEqual([])
  readOnly.clear()
  if (first.ok) await first.lock.release()
  await leave(dead)
  readOnly.add(folder)
  expect((await take('second', { places })).ok, 'the lock of a dead one counts no more').toBe(true)
})

test('a lock that can not be read is not passed over', async () => {
  const places = [place, join(folder, 'user', 'x.lock')]
  await mkdir(place)
  readOnly.add(folder)
  const outcome = await take('me', { places })
  expect(outcome).toEqual({ ok: false, error: expect.stringMatching(/lock can't be read .*Run this as the user that/) })
  expect(await readdir(join(folder, 'user'))).toEqual([])
})

test('a gateway that had to take the next place is found when the first can be written again', async () => {
  const places = [place, join(folder, 'user', 'x.lock')]
  readOnly.add(folder)
  await take('first', { places })
  readOnly.clear()
  expect(await take('second', { places })).toMatchObject({ ok: false, running: { boot: 'first' } })
  expect(await files()).toEqual(['config.yaml', 'user'])
})

test('hard links to the lock do not matter', async () => {
  await take('me')
  await link(place, join(folder, 'copy'))
  expect((await take('second')).ok).toBe(false)
})
