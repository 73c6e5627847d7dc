/**
 * A picture of the window: `npm run look -- [#/place] [--size 1366x768] [--theme dark] [--out file.png] [--keys 'n,Escape']`.
 * Opens the demo site's window in Chromium, prints what its console says, and writes the picture.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { launchChromium } from './chromium.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '1366x768' },
    theme: { type: 'string', default: 'light' },
    out: { type: 'string', default: 'out/look.png' },
    /** Keys to press one after the other before the picture. */
    keys: { type: 'string', default: '' },
    /** How long values may come in, in ms. */
    wait: { type: 'string', default: '1500' },
    config: { type: 'string' },
  },
})
const [width = 1366, height = 768] = values.size.split('x').map(Number)
const what = values.config === undefined ? ['--demo'] : ['--config', values.config]
const gateway = spawn(process.execPath, [resolve('out/main/cli.js'), 'serve', ...what], {
  stdio: ['ignore', 'pipe', 'ignore'],
})
try {
  const [line] = await once(createInterface({ input: gateway.stdout }), 'line')
  const browser = await launchChromium()
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: values.theme === 'dark' ? 'dark' : 'light',
  })
  page.on('console', (message) => console.log(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => console.log(`page error: ${error.stack ?? error.message}`))
  await page.goto(String(line).replace('window: ', ''))
  await page.waitForURL((url) => url.pathname === '/')
  if (positionals[0]) await page.evaluate((hash) => location.assign(hash), positionals[0])
  await page.waitForTimeout(Number(values.wait))
  for (const key of values.keys.split(',').filter((key) => key !== '')) {
    await page.keyboard.press(key)
    await page.waitForTimeout(200)
  }
  await page.screenshot({ path: values.out })
  console.log(`picture: ${values.out}`)
  await browser.close()
} finally {
  gateway.kill('SIGTERM')
}
