import { rowOf } from '../page/rows.ts'
import { expect, test } from './test.ts'

test('the namespace is changed while the gateway runs: every name moves, and tags go on being read', async ({
  open,
}) => {
  const { page } = await open({ demo: true })
  await expect(page.getByRole('contentinfo').getByRole('link', { name: 'demo', exact: true })).toBeVisible()
  await page.keyboard.press('n')
  await page.getByRole('textbox', { name: /New namespace/ }).fill('demo-2')
  await expect(page.getByText(/names on 1 broker, no two alike/)).toBeVisible()
  await page.getByRole('button', { name: /^Change namespace to demo-2/ }).click()
  const dialog = page.getByRole('dialog')
  if (await dialog.isVisible()) {
    await dialog.getByRole('textbox').fill('demo-2')
    await dialog.getByRole('button', { name: 'Change to demo-2' }).click()
  }
  await expect(page.getByRole('contentinfo').getByRole('link', { name: 'demo-2', exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Left behind under demo', exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('t')
  // The screen comes as a part of its own: its keys work when it is there.
  await expect(page.getByPlaceholder('Name, or PLC:name')).toBeVisible()
  await page.keyboard.press('/')
  await expect(page.getByPlaceholder('Name, or PLC:name')).toBeFocused()
  await page.keyboard.type('tank line: tank.temp')
  await expect(rowOf(page, 'Tank.Temperature')).toContainText('Good')
  await rowOf(page, 'Tank.Temperature').click()
  await expect(page.getByRole('complementary')).toContainText('demo-2/Tank Line/tags/Tank.Temperature')
})
