import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright'

/** The browser for tests and pictures: one that is installed (Debian: `apt-get install chromium`), nothing is fetched. */
export const chromiumPath =
  process.env.CHROMIUM ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ??
  ''

/** Quiet, and without what asks the network. `--no-sandbox`: in a container Chromium can't make its own. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Rejects where there is none, saying how to get it. */
export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === '')
    throw new Error('chromium: not found. apt-get install chromium, or set CHROMIUM to the path of a browser.')
  return await chromium.launch({ executablePath: chromiumPath, args: chromiumFlags })
}
