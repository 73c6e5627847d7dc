import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { areasProblem, createLogger, type LoggerOptions } from '#main/log-sink'
import { fileSink } from './sinks.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'))
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(folder, { recursive: true, force: true })
})

function start(options: LoggerOptions = {}) {
  const lines: string[] = []
  const logger = createLogger({ sink: { write: (line) => void lines.push(line), close: async () => {} }, ...options })
  return { logger, lines, text: () => lines.map((line) => line.slice(25)).join('') }
}

test('writes time, level, area and text', () => {
  const { logger, lines } = start()
  logger.for('mqtt').warn('mqtt "Central": connection refused')
  expect(lines[0]).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARN {2}mqtt {6}mqtt "Central": connection refused\n$/,
  )
})

test('writes the stack of a cause and of its cause, indented, so that it can not pass for a line', () => {
  const { logger, lines } = start()
  const cause = new TypeError('first\n2026-01-01T00:00:00.000Z ERROR gateway forged', { cause: new Error('second') })
  logger.for('gateway').error('gateway: failed', cause)
  const [first, ...rest] = lines.join('').trimEnd().split('\n')
  expect(first).toMatch(/ERROR gateway {3}gateway: failed$/)
  expect(rest.join('\n')).toContain('caused by Error: second')
  for (const line of rest) expect(line).toMatch(/^ {4}/)
  logger.for('gateway').error('odd', {
    toJSON: () => {
      throw new Error('no')
    },
  })
  expect(lines).toHaveLength(2)
})

test('debug lines are written for areas switched on, and their text is not made for others', () => {
  const { logger, text } = start({ debug: ['mqtt'] })
  const made = vi.fn(() => 'x')
  logger.for('kafka').debug(made)
  logger.for('mqtt').debug(() => 'one')
  logger.setDebug(['kafka'])
  logger.for('mqtt').debug(made)
  logger.for('kafka').debug(() => 'two')
  logger.setDebug(['all'])
  logger.for('logix').debug(() => 'three')
  expect(made).not.toHaveBeenCalled()
  expect(text()).toBe('DEBUG mqtt      one\nDEBUG kafka     two\nDEBUG logix     three\n')
  expect(logger.debugAreas()).toEqual(['all'])
})

test('a misspelled area is named, with those there are', () => {
  expect(areasProblem(['mqtt', 'all'])).toBe('')
  expect(areasProblem(['mqtt', 'vlakey'])).toMatch(
    /^--log-debug: there is no area "vlakey"\. Name some of mqtt, valkey/,
  )
})

test('hides secrets, as they are, in JSON, in URLs and in Base64; in texts and in stacks', () => {
  const { logger, lines } = start()
  const secret = 'p"ä s/w%rd'
  logger.hide(secret)
  logger.hide('')
  const log = logger.for('mqtt')
  log.info(`raw ${secret} json ${JSON.stringify(secret)} url ${encodeURIComponent(secret)}`)
  log.info(`base64 ${Buffer.from(secret).toString('base64')}`)
  log.error('failed', new Error(`login with ${secret}`, { cause: new Error(secret) }))
  log.info('mqtt://operator:neverTold@broker.example.com:1883 refused')
  const all = lines.join('')
  for (const form of [
    secret,
    'p\\"',
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    'neverTold',
    's/w%rd',
  ])
    expect(all).not.toContain(form)
  expect(all).toContain('raw ‹hidden› json "‹hidden›" url ‹hidden›')
  expect(all).toContain('mqtt://operator:‹hidden›@broker.example.com:1883 refused')
})

test('hides a longer secret whole where a shorter one begins it, and a very short one only where it stands alone', () => {
  const { logger, text } = start()
  for (const secret of ['hunter', 'hunter2-long', 'ab']) logger.hide(secret)
  logger.for('mqtt').info('hunter2-long hunter. ab: absent (ab)')
  expect(text()).toBe('INFO  mqtt      ‹hidden› ‹hidden›. ‹hidden›: absent (‹hidden›)\n')
})

test('nothing that a broker sent acts on a terminal, begins a line or hides text', () => {
  const { logger, lines } = start()
  logger
    .for('mqtt')
    .warn('bad \u001b[2J\u001b]0;title\u0007 topic\r\nINFO forged\tx\u0085\u202Eabc\u2028\u200b\ud800 ä€😀')
  expect(lines[0]?.trimEnd()).toMatch(
    /bad \\x1b\[2J\\x1b\]0;title\\x07 topic\\r\\nINFO forged\\tx\\x85\\u\{202e\}abc\\u\{2028\}\\u\{200b\}\\u\{d800\} ä€😀$/,
  )
  expect(lines[0]?.split('\n')).toHaveLength(2)
})

test('a text that is too long is cut, and says by how much', () => {
  const { logger, text } = start()
  logger.for('mqtt').info(`${'x'.repeat(1_999)}😀${'y'.repeat(1_000_000)}`)
  expect(text()).toMatch(/^INFO {2}mqtt {6}x{1999}… \(1000002 more characters\)\n$/)
})

test('a secret at the cut is hidden, too', () => {
  const { logger, text } = start()
  logger.hide('top-secret')
  logger.for('mqtt').info(`${'x'.repeat(1_995)}top-secret`)
  expect(text()).not.toContain('top')
})

test('the same line within a minute is counted and told once a minute', () => {
  vi.useFakeTimers()
  const { logger, text, lines } = start()
  const log = logger.for('kafka')
  for (let second = 0; second < 150; second++) {
    log.warn('kafka "Central": no leader')
    if (second === 10) log.warn('something else')
    vi.advanceTimersByTime(1_000)
  }
  expect(text().split('\n')).toEqual([
    'WARN  kafka     kafka "Central": no leader',
    'WARN  kafka     something else',
    'WARN  kafka     kafka "Central": no leader (59 times more)',
    'WARN  kafka     kafka "Central": no leader (60 times more)',
    '',
  ])
  vi.advanceTimersByTime(300_000)
  expect(lines).toHaveLength(5)
  log.warn('kafka "Central": no leader')
  expect(lines).toHaveLength(6)
  expect(vi.getTimerCount()).toBeLessThanOrEqual(1)
})

test('closing tells what was counted, and debug lines are never counted', async () => {
  const { logger, text } = start({ debug: ['mqtt'] })
  for (let i = 0; i < 3; i++) logger.for('mqtt').debug(() => 'again')
  for (let i = 0; i < 2; i++) logger.for('mqtt').info('again')
  await logger.close()
  expect(text()).toBe(
    `${'DEBUG mqtt      again\n'.repeat(3)}INFO  mqtt      again\nINFO  mqtt      again (once more)\n`,
  )
})

test('many different lines do not fill memory', () => {
  const { logger, lines } = start()
  const log = logger.for('tags')
  log.info('line 0')
  for (let i = 0; i < 10_000; i++) log.info(`line ${i}`)
  log.info('line 0')
  expect(lines.slice(0, 2).map((line) => line.trimEnd().slice(41))).toEqual(['line 0', 'line 1'])
  expect(lines.filter((line) => line.includes('line 0 (once more)'))).toHaveLength(1)
  expect(logger.recent()).toHaveLength(2_000)
  expect(logger.recent().at(-1)?.text).toBe('line 0')
})

test('whoever looks hears new entries until they stop', () => {
  const { logger } = start()
  const heard: string[] = []
  const stop = logger.onEntry(({ level, area, text }) => heard.push(`${level} ${area} ${text}`))
  logger.for('mqtt').info('one')
  stop()
  logger.for('mqtt').info('two')
  expect(heard).toEqual(['info mqtt one'])
  expect(logger.recent().map(({ text }) => text)).toEqual(['one', 'two'])
})

test('the file holds the same lines, for its user alone, is continued, and rotated by size', async () => {
  const file = join(folder, 'deep', 'gateway.log')
  for (const word of ['first', 'second']) {
    const { logger } = start({ file })
    logger.for('gateway').info(word)
    await logger.close()
  }
  expect(await readFile(file, 'utf8')).toMatch(/INFO {2}gateway {3}first\n.*INFO {2}gateway {3}second\n$/)
  expect((await stat(file)).mode & 0o777).toBe(0o600)

  const problems = vi.fn()
  const sink = fileSink({ path: join(folder, 'small.log'), maxBytes: 1_000, files: 3, onProblem: problems })
  for (let i = 0; i < 100; i++) sink.write(`${String(i).padStart(99, '0')}\n`)
  await sink.close()
  const names = (await readdir(folder)).filter((name) => name.startsWith('small')).sort()
  expect(names).toEqual(['small.log', 'small.log.1', 'small.log.2'])
  expect(await readFile(join(folder, 'small.log.1'), 'utf8')).toContain(`${'99'.padStart(99, '0')}\n`)
  expect(problems).not.toHaveBeenCalled()
})

test('a file that can not be written is told once, and the log goes on', async () => {
  const file = join(folder, 'taken')
  await mkdir(file)
  const { logger, lines } = start({ file })
  await vi.waitUntil(() => lines.length > 0)
  expect(lines[0]).toMatch(/WARN {2}log {7}log file .*taken can't be written \(/)
  for (let i = 0; i < 5; i++) logger.for('mqtt').info(`line ${i}`)
  await logger.close()
  expect(lines).toHaveLength(6)
})

const writer = `
  import { createLogger } from '#main/log-sink'
  const logger = createLogger()
  const log = logger.for('mqtt')
  const begun = performance.now()
  for (let i = 0; i < Number(process.argv[1]); i++) log.info(i + 'x'.repeat(1000))
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.send({ ms: performance.now() - begun, rss: process.memoryUsage().rss })
  process.disconnect()
  await logger.close()
`
const run = (count: number) =>
  spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', writer, String(count)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })

test('a reader of standard error that stands still neither stops the process nor fills its memory', async () => {
  const child = run(20_000)
  try {
    const [told] = (await once(child, 'message')) as [{ ms: number; rss: number }]
    expect(told.ms).toBeLessThan(5_000)
    let text = ''
    child.stderr?.on('data', (chunk) => {
      text += chunk
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(0)
    expect(text).toMatch(/INFO {2}mqtt {6}0x/)
    expect(text).toMatch(/\d+ lines are missing here/)
  } finally {
    child.kill('SIGKILL')
  }
})

test('all lines have left when the process ends by itself', async () => {
  const child = run(500)
  let text = ''
  child.stderr?.on('data', (chunk) => {
    text += chunk
  })
  await once(child, 'close')
  expect(text.trimEnd().split('\n')).toHaveLength(500)
})
