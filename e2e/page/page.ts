/**
 * The window on made-up data (`src/renderer/fixture`), for what needs no gateway: many tags, every theme, keys. Built once
 * a run and served with the policy of the real hosts.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { type Browser, type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { build } from 'vite'
import { launchChromium } from '../../scripts/chromium.ts'
import { policy } from '../../src/main/wires/assets.ts'
import { watch } from '../window/watch.ts'

export type { FixtureControl } from '../../src/renderer/fixture/control.ts'
export { rowOf } from './rows.ts'
export { expect }

export interface PageOptions {
  readonly tags?: number
  readonly state?: 'running' | 'broken' | 'no-file' | 'no-plc' | 'contested' | 'failed'
  readonly theme?: 'light' | 'dark' | 'contrast'
  readonly size?: readonly [width: number, height: number]
  /** Place to begin at: `#/tags`. */
  readonly hash?: string
}

interface WorkerFixtures {
  readonly address: string
  readonly chromium: Browser
}

interface TestFixtures {
  show(options?: PageOptions): Promise<Page>
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  address: [
    // biome-ignore lint/correctness/noEmptyPattern: playwright reads the names of fixtures from this pattern
    async ({}, use, info) => {
      const folder = resolve(import.meta.dirname, `../../out/fixture-${info.workerIndex}`)
      const configFile = resolve(import.meta.dirname, '../../scripts/fixture.vite.ts')
      await build({ configFile, logLevel: 'warn', build: { outDir: folder } })
      const server = createServer((request, response) => {
        const path = new URL(request.url ?? '/', 'http://page').pathname
        readFile(join(folder, path)).then(
          (body) => {
            const type = types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
            response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': policy }).end(body)
          },
          () => response.writeHead(404).end(),
        )
      })
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/fixture.html`)
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  chromium: [
    // biome-ignore lint/correctness/noEmptyPattern: playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const browser = await launchChromium()
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  show: async ({ address, chromium }, use) => {
    const problems: (() => readonly string[])[] = []
    const contexts: BrowserContext[] = []
    await use(async ({ tags = 0, state = 'running', theme = 'light', size = [1366, 768], hash = '' } = {}) => {
      const context = await chromium.newContext({
        viewport: { width: size[0], height: size[1] },
        colorScheme: theme === 'dark' ? 'dark' : 'light',
        contrast: theme === 'contrast' ? 'more' : 'no-preference',
      })
      contexts.push(context)
      await context.grantPermissions(['clipboard-read', 'clipboard-write'])
      const page = await context.newPage()
      const watched = watch(page)
      problems.push(() => watched.problems)
      await page.goto(`${address}?tags=${tags}&state=${state}${hash}`)
      // The first page of a worker waits for what is built and read for all.
      await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible({ timeout: 30_000 })
      // Screens come as parts of their own: their keys work when their heading is there (behind a dialog, too).
      if (state !== 'broken') await page.locator('h1').first().waitFor({ state: 'attached' })
      return page
    })
    // A page that stays open goes on drawing, and takes the time of those after it.
    await Promise.all(contexts.map((context) => context.close()))
    expect(problems.flatMap((of) => of())).toEqual([])
  },
})
