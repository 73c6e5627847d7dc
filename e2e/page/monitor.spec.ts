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

test('a filter on a paused list shows what is known of before', async ({ show }) => {
  const page = await show({ hash: '#/monitor' })
  await page.getByRole('row').nth(2).click()
  await expect(page.getByText(/, paused/)).toBeVisible()
  await page.getByRole('radio', { name: 'Foreign' }).click()
  await expect(page.getByRole('row').nth(1)).toContainText('factory-b')
  await expect(page.getByText(/, paused/)).toBeVisible()
})

test('running counts are not read out', async ({ show }) => {
  const page = await show({ hash: '#/monitor' })
  await expect(page.getByText(/^\d+ shown$/)).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: 'shown' })).toHaveCount(0)
})

test('a message is shown laid out, raw, and against the one before it', async ({ show }) => {
  const page = await show({ hash: '#/monitor' })
  await page.getByRole('row').nth(2).click()
  const pane = page.getByRole('region', { name: 'Message', exact: true })
  await expect(pane).toContainText('"value":')
  await pane.getByRole('radio', { name: 'Difference' }).click()
  await expect(pane.getByRole('region', { name: /Difference/ })).toContainText('removed')
})

test('a row that moves on while the button is down is the one that is chosen', async ({ show }) => {
  const page = await show({ hash: '#/monitor' })
  const table = page.getByRole('grid')
  const row = table.locator('.vt-row').nth(4)
  const place = await row.boundingBox()
  if (!place) throw new Error('no fifth row')
  const point = { x: place.x + 200, y: place.y + place.height / 2 }
  const under = () =>
    page.evaluate(({ x, y }) => document.elementFromPoint(x, y)?.closest('.vt-row')?.textContent, point)
  await table.evaluate((grid) =>
    grid.addEventListener('mousedown', ({ target }) => {
      grid.dataset.pressed = (target as Element).closest('.vt-row')?.textContent ?? ''
    }),
  )
  await page.mouse.move(point.x, point.y)
  await page.mouse.down()
  const pressed = (await table.getAttribute('data-pressed')) ?? ''
  await expect.poll(under).not.toBe(pressed)
  await page.mouse.up()
  await expect(table.locator('.vt-row.active')).toHaveText(pressed)
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
