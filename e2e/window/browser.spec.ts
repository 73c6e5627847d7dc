import { freePort } from '../../scripts/brokers/server.ts'
import { openInBrowser } from './hosts.ts'
import { expect, test } from './test.ts'

/** What only the window in a browser does. */

test('a gateway that has ended is told, and a new one is found by a window that was left open', async ({
  open,
  home,
}) => {
  const port = String(await freePort())
  const first = await open({ demo: true }, { args: ['--port', port] })
  const { page } = first
  const bar = page.getByRole('contentinfo')
  await expect(bar).toContainText('2/2 online')
  await page.keyboard.press('t')
  const table = page.getByRole('treegrid')
  await expect(table.getByText('Good').first()).toBeVisible()
  first.watch.expect(/ERR_CONNECTION_REFUSED|401 \(Unauthorized\)|WebSocket connection/)
  process.kill(first.pid, 'SIGTERM')
  await expect(page.getByText(/^No connection to the gateway/)).toBeVisible()
  // What is shown from before looks live nowhere.
  await expect(table.getByText('Stale').first()).toBeVisible()
  await expect(table.getByText('Good')).toHaveCount(0)
  await expect(bar).toContainText(/gateway not reached since .*; from before:/)
  const browser = page.context().browser()
  if (!browser) throw new Error('there is no browser')
  const second = await openInBrowser(browser, { demo: true }, { home, args: ['--port', port], context: page.context() })
  await expect(page.getByText(/^No connection to the gateway/)).toBeHidden({ timeout: 15_000 })
  await expect(bar).toContainText('2/2 online')
  await expect(table.getByText('Good').first()).toBeVisible()
  await second.close()
})

test('the address lets in once', async ({ open }) => {
  const { page, address } = await open({ demo: true })
  const another = await page.context().browser()?.newContext()
  if (!another || address === undefined) throw new Error('there is no browser')
  const stranger = await another.newPage()
  await stranger.goto(address)
  await expect(stranger.getByText(/has been used already/)).toBeVisible()
  await stranger.goto(new URL('/', address).href)
  await expect(stranger.getByText(/belongs to whoever started the gateway/)).toBeVisible()
  await another.close()
})
