import { rowOf } from '../page/rows.ts'
import { expect, test } from './test.ts'

test('a tag of the demo is found, made writable in the file, and taken back', async ({ open }) => {
  const { page } = await open({ demo: true })
  await expect(page.getByRole('contentinfo').getByRole('link', { name: 'demo', exact: true })).toBeVisible()
  await page.keyboard.press('t')
  // The screen comes as a part of its own: its keys work when it is there.
  await expect(page.getByPlaceholder('Name, or PLC:name')).toBeVisible()
  await page.keyboard.press('/')
  await expect(page.getByPlaceholder('Name, or PLC:name')).toBeFocused()
  await page.keyboard.type('tank line: tank.temp')
  const row = rowOf(page, 'Tank.Temperature')
  await expect(row).toContainText('Good')
  await row.click()
  const detail = page.getByRole('complementary', { name: 'Detail of Tank.Temperature' })
  await expect(detail).toContainText('demo/Tank Line/tags/Tank.Temperature')
  await expect(detail.getByText('REAL', { exact: false }).first()).toBeVisible()
  await page.keyboard.press('w')
  const box = row.getByRole('checkbox', { name: 'Tank.Temperature writable' })
  await expect(box).toHaveAttribute('aria-checked', 'true')
  await expect(detail.getByRole('button', { name: /^Copy mosquitto_pub/ })).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(box).toHaveAttribute('aria-checked', 'false')
})

test('a controller’s tags are discovered, and one that was not configured is published', async ({ open }) => {
  const { page } = await open({ demo: true })
  await expect(page.getByRole('contentinfo').getByRole('link', { name: 'demo', exact: true })).toBeVisible()
  await page.keyboard.press('t')
  await page.getByRole('treeitem', { name: 'Tank Line' }).click()
  await page.getByRole('button', { name: 'Discover tags' }).click()
  await expect(page.getByText(/\d+ tags discovered/)).toBeVisible()
  // The screen comes as a part of its own: its keys work when it is there.
  await expect(page.getByPlaceholder('Name, or PLC:name')).toBeVisible()
  await page.keyboard.press('/')
  await expect(page.getByPlaceholder('Name, or PLC:name')).toBeFocused()
  await page.keyboard.type('tank line: conveyor')
  const first = page
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell') })
    .first()
  await first.click()
  const box = first.getByRole('checkbox', { name: /published$/ })
  await expect(box).toHaveAttribute('aria-checked', 'false')
  await page.keyboard.press('Space')
  await expect(box).toHaveAttribute('aria-checked', 'true')
  await expect(page.getByRole('complementary')).toContainText('Published as')
})
