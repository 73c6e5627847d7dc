import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { benchName } from '#main/plcs/simulator/index'
import { rowOf } from '../page/rows.ts'
import { goTo, search, statusBar } from './acts.ts'
import { expect, test } from './test.ts'

const many = 50_000

test('fifty thousand tags of a gateway: the tree scrolls and is searched, and the rows in sight show live values', async ({
  brokers,
  home,
  open,
  namespace,
}) => {
  test.setTimeout(180_000)
  const cli = resolve(import.meta.dirname, '../../out/main/cli.js')
  // A process of its own: this one drives the window.
  const plc = spawn(process.execPath, [cli, 'simulate', '--port', '0', '--tags', `bench:${many}:2000`], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const [line] = await once(createInterface({ input: plc.stdout }), 'line')
  const port = /:(\d+)$/.exec(String(line))?.[1]
  const config = join(home, 'many.yaml')
  const tags = Array.from({ length: many }, (_, i) => `      - name: ${benchName(i)}\n`).join('')
  await writeFile(
    config,
    `namespace: ${namespace}
poll_rate: 2s
plcs:
  - name: Main PLC
    address: 127.0.0.1:${port}
    tags:
${tags}mqtt:
  - {name: Central, broker: "127.0.0.1:${brokers.mosquitto}"}
`,
  )
  const { page } = await open({ config })
  await expect(statusBar(page)).toContainText('1/1 online', { timeout: 60_000 })
  await goTo(page, 't')
  const grid = page.getByRole('treegrid')
  await expect(grid).toHaveAttribute('aria-rowcount', String(many + 1), { timeout: 60_000 })
  await expect(rowOf(page, benchName(0))).toContainText('Good', { timeout: 60_000 })

  await test.step('to the end, a page up, and by the wheel', async () => {
    await grid.focus()
    await page.keyboard.press('End')
    await expect(rowOf(page, benchName(many - 1))).toContainText('Good', { timeout: 30_000 })
    await page.keyboard.press('PageUp')
    await grid.hover()
    await page.mouse.wheel(0, -400_000)
    await expect(rowOf(page, benchName(many - 1))).toBeHidden()
    await expect(page.getByRole('row').nth(12)).toContainText('Good', { timeout: 30_000 })
    expect(await page.getByRole('row').count()).toBeLessThan(90)
  })
  await test.step('one is found by its name, and moves', async () => {
    await search(page, 'tag_031415')
    const row = rowOf(page, benchName(31_414))
    await row.click()
    await expect(row).toContainText('Good', { timeout: 30_000 })
    const value = async () => (await row.getByRole('gridcell').nth(3).textContent()) ?? ''
    const before = await value()
    await expect.poll(value, { timeout: 60_000 }).not.toBe(before)
    await expect(page.getByRole('complementary')).toContainText(`${namespace}/Main PLC/tags/${benchName(31_414)}`)
  })
  plc.kill('SIGTERM')
})
