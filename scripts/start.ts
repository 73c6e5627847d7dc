/**
 * `npm start [-- --config FILE]`: the application. In Electron where its binary is there or can be fetched, else the same
 * window in the default browser; without a configuration, that one shows the demo site.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defaultConfigPath } from '#main/config/paths'
import { buildIfNeeded } from './build-if-needed.ts'
import { electronBinary, electronFolder } from './electron-binary.ts'

const root = resolve(import.meta.dirname, '..')
const given = process.argv.slice(2)

/** An application that ends this soon has not come up: as root it has no sandbox, on a bare Linux no libraries. */
const soonMs = 5_000

const [desktop] = await Promise.all([findDesktop(), buildIfNeeded()])
const begun = performance.now()
let code = desktop.ok ? await run(desktop.path, [root, ...given]) : undefined
const why = !desktop.ok
  ? desktop.why
  : code !== 0 && performance.now() - begun < soonMs
    ? 'does not start here, see above'
    : undefined
if (why !== undefined) {
  console.log(`Electron ${why}: the same window opens in your browser.`)
  const what = given.length > 0 || existsSync(defaultConfigPath()) ? given : ['--demo']
  code = await run(process.execPath, [join(root, 'out/main/cli.js'), 'serve', '--open', ...what])
}
process.exit(code)

async function findDesktop(): Promise<{ ok: true; path: string } | { ok: false; why: string }> {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { ok: false, why: 'has no display here' }
  const path = electronBinary() ?? (await fetchElectron())
  return path === undefined ? { ok: false, why: 'can not be fetched here' } : { ok: true, path }
}

/** As `npx install-electron`; its output is a stack trace that helps nobody. */
async function fetchElectron(): Promise<string | undefined> {
  const fetching = spawn(process.execPath, [join(electronFolder, 'install.js')], { stdio: 'ignore', timeout: 300_000 })
  const notice = setTimeout(() => console.log('Electron is being fetched, once (110 MB) …'), 2_000)
  await new Promise((done) => fetching.once('exit', done).once('error', done))
  clearTimeout(notice)
  return electronBinary()
}

/** Runs it in our place: signals reach it. Resolves with its exit code. */
async function run(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit' })
  const pass = (signal: NodeJS.Signals) => child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, pass)
  // The shell between npm and us dies of a signal without passing it on: no gateway may be left behind, unseen.
  const parent = process.ppid
  const look = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500)
  const code = await new Promise<number>((done) => {
    child.once('error', (error) => {
      console.error(`${program}: ${error.message}`)
      done(1)
    })
    child.once('exit', (ended) => done(ended ?? 1))
  })
  clearInterval(look)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, pass)
  return code
}
