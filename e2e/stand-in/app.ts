import { existsSync, openSync, readFileSync, rmSync, watch, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { exitProcess } from './browser.ts'
import { emitter, loud, packageFile, preventable, seen, start } from './common.ts'

let ready = false
let quitting = false
let readied: () => void = () => {}
const whenReady = new Promise<void>((resolve) => {
  readied = resolve
})
const paths = new Map<string, string>()

/**
 * `close` asks every window; true where all are gone. `forget` is for an end that asks nobody. Windows are in a module of
 * their own, which needs this one.
 */
export const windowsOfApp = { close: () => true, forget: () => {} }

export function becomeReady() {
  ready = true
  readied()
  app.emit('ready', preventable({}), {})
}

export function needReady(what: string) {
  if (!ready) throw new Error(`${what} can only be used after app is ready`)
}

export function needEarly(what: string) {
  if (ready) throw new Error(`${what} must be called before app is ready`)
}

export function isQuitting(): boolean {
  return quitting
}

const commandLine = loud('app.commandLine', {
  appendSwitch: () => {},
  hasSwitch: (name: string) => start.args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)),
  getSwitchValue: (name: string) =>
    start.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '',
} satisfies Partial<Electron.CommandLine>)

const getPath = (name: string) => paths.get(name) ?? join(start.data, name)

function exit(code = 0) {
  app.emit('quit', preventable({}), code)
  windowsOfApp.forget()
  exitProcess(code)
}

const members = {
  isPackaged: false,
  whenReady: () => whenReady,
  isReady: () => ready,
  getVersion: () => packageFile().version,
  getName: () => packageFile().productName ?? packageFile().name,
  getAppPath: () => start.root,
  getLocale: () => 'en-US',
  getPath,
  setPath: (name: string, path: string) => {
    if (!existsSync(path)) throw new Error(`app.setPath: ${path} does not exist`)
    paths.set(name, path)
  },
  setAppUserModelId: () => {},
  enableSandbox: () => needEarly('app.enableSandbox'),
  requestSingleInstanceLock: () => takeInstance(getPath('userData')),
  focus: () => {},
  relaunch: ({ args = [] }: Electron.RelaunchOptions = {}) => void seen.relaunches.push(args),
  quit: () => {
    if (quitting) return
    quitting = true
    const event = preventable({})
    app.emit('before-quit', event)
    if (!event.defaultPrevented && windowsOfApp.close()) return exit()
    quitting = false
  },
  exit,
} satisfies Pick<
  Electron.App,
  | 'isPackaged'
  | 'whenReady'
  | 'isReady'
  | 'getVersion'
  | 'getName'
  | 'getAppPath'
  | 'getLocale'
  | 'getPath'
  | 'setPath'
  | 'setAppUserModelId'
  | 'enableSandbox'
  | 'requestSingleInstanceLock'
  | 'focus'
  | 'relaunch'
  | 'quit'
  | 'exit'
>

export const app = loud('app', Object.assign(emitter(), members, { commandLine }))

/** One process for each folder. The first hears of the others by a file that they write. */
function takeInstance(folder: string): boolean {
  const lock = join(folder, 'SingletonLock')
  const call = join(folder, 'SingletonCall')
  for (let round = 0; round < 3; round++) {
    try {
      writeSync(openSync(lock, 'wx'), String(process.pid))
      process.once('exit', () => rmSync(lock, { force: true }))
      writeFileSync(call, '')
      watch(call, () => {
        const text = readFileSync(call, 'utf8')
        if (text) app.emit('second-instance', preventable({}), JSON.parse(text), folder, null)
      }).unref()
      return true
    } catch {
      if (isRunning(Number(readFileSync(lock, 'utf8')))) {
        writeFileSync(call, JSON.stringify(process.argv))
        return false
      }
      rmSync(lock, { force: true })
    }
  }
  return false
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
