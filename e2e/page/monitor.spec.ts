import { expect, test } from './page.ts'

test('a pause holds the list still, counts what goes by, and shows it when it goes on', async ({ show }) => {
  const page = await show({ hash: '#/monitor' })
  await expect(page.getByRole('row').nth(3)).toBeVisible()
  await page.keyboard.press('Space')
  const status = page.getByText(/paused: [1-9]\d* more came/)
  await expect(status).toBeVisible()
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(status).toHaveCount(0)
})

test('a message is shown laid out, raw, and against the one before it', async ({ show }) => {
  const page = await show({ hash: '#/monitor' })
  await page.getByRole('row').nth(2).click()
  const pane = page.getByRole('region', { name: 'Message', exact: true })
  await expect(pane).toContainText('"value":')
  await pane.getByRole('radio', { name: 'Difference' }).click()
  await expect(pane.getByRole('region', { name: /Difference/ })).toContainText('removed')
})

test('filters show foreign messages alone, and errors alone', async ({ show }) => {
  const page = await show({ hash: '#/monitor' })
  await page.getByRole('radio', { name: 'Foreign' }).click()
  await expect(page.getByRole('row').nth(1)).toContainText('factory-b')
  await page.getByRole('radio', { name: 'Errors' }).click()
  await expect(page.getByRole('row').nth(1)).toContainText('tag is not writable')
  await expect(page.getByRole('row').filter({ hasText: 'tags/Level' })).toHaveCount(0)
})

test('the log is filtered by level and text, and a debug switch shows more', async ({ show }) => {
  const page = await show({ hash: '#/log' })
  await page.getByRole('radio', { name: 'Errors' }).click()
  await expect(page.getByRole('row').nth(1)).toContainText('can not be created')
  await page.getByRole('radio', { name: 'Info' }).click()
  await expect(page.getByText('235 tags in 3 packets')).toHaveCount(0)
  await page.getByRole('button', { name: 'Debug' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'logix' }).click()
  await expect(page.getByText('235 tags in 3 packets').first()).toBeVisible()
})
