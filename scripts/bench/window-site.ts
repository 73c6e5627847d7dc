/** A site with many tags and its window in a browser: simulator, gateway and page as they run at a site. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { findRunning } from '#main/gateway/lock'
import { benchName } from '#main/plcs/simulator/bench-program'
import { connectWebSocket } from '#main/wires/connect-websocket'
import type { GatewayClient, GatewayContract } from '#shared/contract/index'
import { connectTo } from '#shared/rpc'
import { plcName } from './gateway.ts'
import { type Beside, startCli } from './measure.ts'

export interface WindowSite {
  readonly gateway: Beside
  readonly page: Page
  /** From the start of the gateway's process to its first value on the screen, ms. */
  readonly readyMs: number
  readonly client: GatewayClient
  /** Throws where gateway or page have lost something: a wire, or an error in the console. */
  check(): void
  close(): Promise<void>
}

export interface WindowSiteOptions {
  readonly count: number
  readonly changesPerSecond: number
  readonly pollMs: number
}

/** Starts it in a browser that runs, and waits for the first value on the screen. */
export async function openWindowSite(browser: Browser, options: WindowSiteOptions): Promise<WindowSite> {
  const { count, changesPerSecond, pollMs } = options
  const ends: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'warlink-bench-window-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const simulator = await startCli(
      ['simulate', '--port', '0', '--tags', `bench:${count}:${changesPerSecond}`],
      /listening on/,
    )
    ends.push(simulator.stop)
    const config = join(folder, 'window.yaml')
    await writeFile(config, configText(count, Number(/:(\d+)$/.exec(simulator.line)?.[1]), pollMs))
    const begun = performance.now()
    const gateway = await startCli(['serve', '--config', config, '--port', '0'], /^window: /)
    ends.push(gateway.stop)
    const problems: string[] = []
    const page = await openPage(browser, gateway.line.replace('window: ', ''), problems)
    ends.push(() => page.context().close())
    const first = page.getByRole('row').filter({ has: page.getByTitle(benchName(0), { exact: true }) })
    await first
      .filter({ hasText: 'Good' })
      .waitFor({ timeout: 120_000 })
      .catch((error: unknown) => {
        throw new Error(`no value on the screen; the gateway said last:\n${gateway.said()}`, { cause: error })
      })
    const readyMs = performance.now() - begun
    const running = await findRunning(config)
    if (running.kind !== 'running') throw new Error(`the gateway on ${config} is not to be found`)
    const wire = await connectWebSocket(running.record.url, running.record.token)
    ends.push(async () => wire.close())
    wire.onClose((why) => problems.push(`the wire beside the page: ${why.message}`))
    const check = () => {
      gateway.check()
      if (problems.length > 0) throw new Error(`the window lost something: ${problems.slice(0, 5).join('; ')}`)
    }
    return { gateway, page, readyMs, client: connectTo<GatewayContract>(wire), check, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openPage(browser: Browser, address: string, problems: string[]): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
  const page = await context.newPage()
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`))
  page.on('console', (message) => message.type() === 'error' && problems.push(`console: ${message.text()}`))
  await page.goto(address)
  await page.waitForURL((url) => url.pathname === '/')
  await page.evaluate(`location.assign('#/tags')`)
  return page
}

function configText(count: number, plcPort: number, pollMs: number): string {
  const tags = Array.from({ length: count }, (_, i) => `      - name: ${benchName(i)}`)
  const head = ['namespace: bench', 'plcs:', `  - name: ${plcName}`, `    address: 127.0.0.1:${plcPort}`]
  return [...head, `    poll_rate: ${pollMs}ms`, '    tags:', ...tags, ''].join('\n')
}
