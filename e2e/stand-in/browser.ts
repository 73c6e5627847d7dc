/** The Chromium in which the stand-in's windows are pages. */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright'
import { chromiumFlags, chromiumPath } from '../../scripts/chromium.ts'
import { start } from './common.ts'

let browser: ChildProcess | undefined
let connected: Promise<BrowserContext> | undefined
let ending = false

/** Resolves when playwright can connect; it waits for the line that Chromium prints, as for the real Electron's. */
export async function startBrowser(): Promise<void> {
  const shown = process.env.STAND_IN_HEADED === '1' ? [] : ['--headless']
  const own = ['--no-startup-window', '--disable-popup-blocking', `--user-data-dir=${profile()}`]
  const child = spawn(chromiumPath, [...shown, ...chromiumFlags, ...own, '--remote-debugging-port=0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  browser = child
  process.once('exit', () => child.kill('SIGKILL'))
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => {
      const found = /DevTools listening on (\S+)/.exec(String(text))?.[1]
      if (found) resolve(found)
    })
    child.once('exit', (code) => {
      if (!ending) reject(new Error(`chromium ended with ${code}`))
    })
  })
  connected = chromium.connectOverCDP(address).then((found) => {
    const [context] = found.contexts()
    if (!context) throw new Error('chromium has no context')
    return context
  })
  try {
    await connected
  } catch (error) {
    if (!ending) throw error
    // The application ended while Chromium was starting: `exitProcess` has the last word, with the right code.
    await new Promise(() => {})
  }
  process.stderr.write(`DevTools listening on ${address}\n`)
}

export function pages(): Promise<BrowserContext> {
  if (!connected) throw new Error('the stand-in has no browser yet')
  return connected
}

/** Ends Chromium, then the process. */
export function exitProcess(code: number) {
  ending = true
  if (!browser || browser.exitCode !== null) return process.exit(code)
  browser.once('exit', () => {
    try {
      rmSync(profile(), { recursive: true, force: true, maxRetries: 5 })
    } catch {
      // One of its processes still writes there; who made the folder above removes all of it.
    }
    process.exit(code)
  })
  browser.kill()
}

function profile(): string {
  return join(start.data, `chromium-${process.pid}`)
}

// app://window/x is https://window.app.invalid/x to Chromium: a secure origin of its own that no DNS knows.

export function toWeb(url: string): string {
  return url.replace(/^(?!https?:|data:|blob:|about:|file:)([a-z][a-z0-9+.-]*):\/\/([^/]+)/, 'https://$2.$1.invalid')
}

export function toApp(url: string): string {
  return url.replace(/^https:\/\/([^/]+)\.([a-z0-9+-]+)\.invalid/, '$2://$1')
}
