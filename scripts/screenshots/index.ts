/**
 * `npm run screenshots [-- scene …]`: pictures of every screen, light and dark, in two sizes, into docs/screenshots. They
 * are of a real gateway on real brokers, with a second site beside it; the isolation run is made first.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, expect, type Page } from '@playwright/test'
import { type Plant, startPlant } from '../../e2e/plant.ts'
import { goTo, mayWrite } from '../../e2e/window/acts.ts'
import { launchChromium } from '../chromium.ts'
import { smallPng } from './png.ts'
import { firstScenes, type Scene, scenes } from './scenes.ts'

const folder = resolve('docs/screenshots')
const sizes = [
  [1366, 768],
  [1920, 1080],
] as const
const themes = ['light', 'dark'] as const
const wanted = process.argv.slice(2)
const isWanted = ({ name }: Scene) => wanted.length === 0 || wanted.includes(name)

await mkdir(folder, { recursive: true })
const home = await mkdtemp(join(tmpdir(), 'screenshots-'))
const stops: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })]
try {
  const plant = await startPlant()
  stops.unshift(plant.close)
  const browser = await launchChromium()
  stops.unshift(() => browser.close())
  const first = await openSite(browser, 'first', [])
  await photograph(first, firstScenes, plant)
  const a = await openSite(browser, 'a', ['--config', plant.a.configPath])
  const b = await openSite(browser, 'b', ['--config', plant.b.configPath])
  await Promise.all([mayWrite(a), mayWrite(b)])
  await runIsolation(a, plant)
  await photograph(a, scenes, plant)
} finally {
  for (const stop of stops) await stop()
}

async function openSite(browser: Browser, name: string, args: readonly string[]): Promise<Page> {
  const own = join(home, name)
  await mkdir(own)
  const env = { ...process.env, HOME: own, XDG_CONFIG_HOME: own, XDG_DATA_HOME: own, XDG_STATE_HOME: own }
  const gateway = spawn(process.execPath, [resolve('out/main/cli.js'), 'serve', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env,
  })
  const ended = once(gateway, 'exit')
  stops.unshift(async () => {
    gateway.kill('SIGTERM')
    await ended
  })
  const [line] = await once(createInterface({ input: gateway.stdout }), 'line')
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, acceptDownloads: true })
  const page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && console.log(`${name}: ${message.text()}`))
  page.on('pageerror', (error) => console.log(`${name}: ${error.stack ?? error.message}`))
  await page.goto(String(line).replace('window: ', ''))
  await page.waitForURL((url) => url.pathname === '/')
  return page
}

/** The whole run with the other site, as before a go-live; its report is photographed on screen and as it prints. */
async function runIsolation(page: Page, { b }: Plant): Promise<void> {
  await goTo(page, 'i')
  await page.getByRole('button', { name: 'Add other sites' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Or many at once' }).fill(await readFile(b.configPath, 'utf8'))
  await dialog.getByRole('button', { name: 'Take these over' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 added')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Run with a sibling…' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(b.configPath)
  await page.getByRole('dialog').getByRole('button', { name: 'Run 12 checks' }).click()
  await expect(page.getByRole('button', { name: 'Cancel the run' })).toBeVisible()
  await page.waitForTimeout(12_000)
  await photograph(page, [{ name: 'isolation-running' }], undefined)
  await expect(page.getByText(/^Run of .* took/)).toBeVisible({ timeout: 180_000 })
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Report HTML' }).click(),
  ])
  const file = join(home, 'report.html')
  await download.saveAs(file)
  const report = await page.context().newPage()
  await report.setViewportSize({ width: 1100, height: 1400 })
  await report.goto(`file://${file}`)
  await save('report-screen', report)
  await report.emulateMedia({ media: 'print' })
  // A picture has no margins of a page.
  await report.addStyleTag({ content: '@media print { body { padding: 14mm } }' })
  await report.setViewportSize({ width: 794, height: 1123 })
  await save('report-print', report)
  await report.close()
}

async function photograph(page: Page, all: readonly Scene[], plant: Plant | undefined): Promise<void> {
  for (const scene of all) {
    if (!isWanted(scene) && scene.name !== 'tags' && !scene.name.startsWith('first')) continue
    await page.setViewportSize({ width: 1366, height: 768 })
    if (plant) await scene.prepare?.(page, plant)
    for (const [width, height] of isWanted(scene) ? sizes : []) {
      await page.setViewportSize({ width, height })
      for (const theme of themes) {
        await page.emulateMedia({ colorScheme: theme })
        // Panes take their sizes, and a tip that was open goes.
        await page.waitForTimeout(400)
        await save(`${scene.name}-${theme}-${width}`, page)
      }
    }
    if (plant) await scene.after?.(page, plant)
  }
}

async function save(name: string, page: Page): Promise<void> {
  const small = smallPng(await page.screenshot())
  await writeFile(join(folder, `${name}.png`), small)
  console.log(`${name}.png ${(small.length / 1024).toFixed(0)} KB`)
}
