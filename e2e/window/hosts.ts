/** The same window in either host: the desktop application, or `warlink serve` and a browser. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { _electron, type Browser, type BrowserContext, type ElectronApplication, type Page } from '@playwright/test'
import { electronBinary } from '../../scripts/electron-binary.ts'
import { type Watch, watch } from './watch.ts'

export type HostName = 'electron' | 'browser'

const root = resolve(import.meta.dirname, '../..')

/** What a window is opened on. */
export type Opened = { readonly config: string } | { readonly demo: true } | { readonly nothing: true }

export interface OpenWindow {
  readonly page: Page
  /** Of the page, from its first moment. */
  readonly watch: Watch
  /** In the desktop alone. */
  readonly app?: ElectronApplication
  /** What let this window in, in a browser alone. */
  readonly address?: string
  readonly pid: number
  /** Folder in which this window's host thinks its user lives. */
  readonly home: string
  /** Lines that the host has printed. */
  readonly printed: readonly string[]
  /** Ends the host in good order. */
  close(): Promise<void>
}

/** The Electron executable where there is one, else the stand-in; `E2E_SHELL=electron` or `stand-in` insists. */
export function shellExecutable(): { readonly path: string; readonly real: boolean } {
  const wanted = process.env.E2E_SHELL
  const path = wanted === 'stand-in' ? undefined : electronBinary()
  if (path !== undefined) return { path, real: true }
  if (wanted === 'electron') throw new Error('E2E_SHELL=electron: there is no Electron here. Run npx install-electron.')
  return { path: join(root, 'e2e/stand-in/electron'), real: false }
}

function environment(home: string): Record<string, string> {
  const inherited = Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const own = { HOME: home, USERPROFILE: home, APPDATA: home, LOCALAPPDATA: home }
  const xdg = {
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_STATE_HOME: join(home, 'state'),
  }
  return { ...Object.fromEntries(inherited), ...own, ...xdg }
}

export interface HostOptions {
  /** Folder of a user of their own: nothing of this computer's real one is read or written. */
  readonly home: string
  /** Of another window in a browser, which shares its cookies. */
  readonly context?: BrowserContext
  readonly args?: readonly string[]
}

export async function openInElectron(opened: Opened, options: HostOptions): Promise<OpenWindow> {
  const { home } = options
  const printed: string[] = []
  const what = 'demo' in opened ? ['--demo'] : 'config' in opened ? ['--config', opened.config] : []
  const app = await _electron.launch({
    executablePath: shellExecutable().path,
    args: [root, `--user-data-dir=${join(home, 'desktop')}`, ...what, ...(options.args ?? [])],
    cwd: root,
    env: environment(home),
  })
  const shell = app.process()
  const { stderr, stdout, pid = 0 } = shell
  for (const stream of [stderr, stdout])
    if (stream) createInterface({ input: stream }).on('line', (line) => printed.push(line))
  const page = await app.firstWindow()
  const watched = watch(page)
  await page.waitForURL((at) => at.protocol !== 'about:')
  const isOver = () => shell.exitCode !== null || shell.signalCode !== null
  return {
    page,
    watch: watched,
    app,
    pid,
    home,
    printed,
    close: async () => {
      if (isOver()) return
      // The question before quitting is answered; a test of its own looks at it.
      await app.evaluate(({ dialog }) => {
        dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false })
      })
      await app.close()
    },
  }
}

export async function openInBrowser(browser: Browser, opened: Opened, options: HostOptions): Promise<OpenWindow> {
  const { home } = options
  const what = 'demo' in opened ? ['--demo'] : 'config' in opened ? ['--config', opened.config] : []
  const gateway = spawn(process.execPath, [join(root, 'out/main/cli.js'), 'serve', ...what, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(home),
  })
  const printed: string[] = []
  const ended = once(gateway, 'exit')
  const url = new Promise<string>((found) => {
    for (const stream of [gateway.stdout, gateway.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        printed.push(line)
        const address = /^window: (\S+)/.exec(line)?.[1]
        if (address) found(address)
      })
  })
  const address = await Promise.race([url, ended.then(() => Promise.reject(new Error(printed.join('\n'))))])
  const context = options.context ?? (await browser.newContext({ viewport: { width: 1366, height: 768 } }))
  const page = await context.newPage()
  const watched = watch(page)
  await page.goto(address)
  await page.waitForURL((at) => at.pathname === '/')
  return {
    page,
    watch: watched,
    address,
    pid: gateway.pid ?? 0,
    home,
    printed,
    close: async () => {
      await (options.context ? page.close() : context.close())
      gateway.kill('SIGTERM')
      await ended
    },
  }
}
