import { expect, test } from './page.ts'

test('N opens the namespace; each rule is told while one types, and every name is shown before and after', async ({
  show,
}) => {
  const page = await show({ hash: '#/tags' })
  await page.keyboard.press('n')
  const field = page.getByRole('textbox', { name: /New namespace/ })
  await field.fill('chicago-writes')
  await expect(page.getByText(/its Kafka topic would belong to another namespace/)).toBeVisible()
  await expect(page.getByRole('button', { name: /^Change namespace/ })).toHaveAttribute('aria-disabled', 'true')
  await field.fill('chicago-line1')
  await expect(page.getByRole('table', { name: 'Names before and after' })).toContainText(
    'chicago-line1/Main PLC/tags/Alarm_Word',
  )
  await expect(page.getByText(/120 names on 3 brokers, no two alike/)).toBeVisible()
})

test('armed writes are asked about: the new name is typed once more, then it is everywhere', async ({ show }) => {
  const page = await show({ hash: '#/settings/namespace' })
  await page.getByRole('textbox', { name: /New namespace/ }).fill('chicago-line1')
  await page.getByRole('button', { name: 'Change namespace to chicago-line1…' }).click()
  const dialog = page.getByRole('dialog')
  const confirm = dialog.getByRole('button', { name: 'Change to chicago-line1' })
  await expect(confirm).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByRole('textbox').fill('chicago-line1')
  await confirm.click()
  await expect(page.getByRole('contentinfo').getByRole('link', { name: 'chicago-line1' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Left behind under factory-a' })).toBeVisible()
})

test('a namespace that was left stays listed when one comes back to the page, and is kept', async ({ show }) => {
  const page = await show({ hash: '#/settings/namespace' })
  await page.getByRole('textbox', { name: /New namespace/ }).fill('chicago-line1')
  await page.getByRole('button', { name: 'Change namespace to chicago-line1…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill('chicago-line1')
  await dialog.getByRole('button', { name: 'Change to chicago-line1' }).click()
  await expect(page.getByRole('heading', { name: 'Left behind under factory-a' })).toBeVisible()
  await page.getByRole('link', { name: 'Log' }).click()
  await page.getByRole('link', { name: 'Settings' }).click()
  await expect(page.getByRole('heading', { name: 'Left behind under factory-a' })).toBeVisible()
  await expect
    .poll(() => page.evaluate(() => localStorage.getItem('fixture')))
    .toContain('"leftNamespaces":["factory-a"]')
})

test('the check of left-overs leads to those of any namespace; one this site never had is typed once more', async ({
  show,
}) => {
  const page = await show({ hash: '#/isolation' })
  await page.getByRole('button', { name: /Left-overs/ }).click()
  await page.getByRole('button', { name: 'List and clear left-overs' }).click()
  await page.getByRole('textbox', { name: 'Another namespace' }).fill('factory-old')
  await page.keyboard.press('Enter')
  const stands = page.getByRole('region', { name: 'Stands under factory-old' })
  await stands.getByRole('button', { name: 'Look what stands there' }).click()
  await stands.getByRole('button', { name: 'List' }).first().click()
  const remove = page.getByRole('button', { name: 'Remove 1 of 1' })
  await expect(remove).toHaveAttribute('aria-disabled', 'true')
  await page.getByRole('dialog').getByRole('textbox').fill('factory-old')
  await remove.click()
  await expect(page.getByText(/1 removed from under factory-old\. Backup: /).last()).toBeVisible()
})

test('what is left under the old name is listed and removed after a backup', async ({ show }) => {
  const page = await show({ hash: '#/settings/namespace' })
  await page.getByRole('button', { name: 'Look what stands there' }).click()
  await expect(page.getByText('1 retained message')).toBeVisible()
  await page.getByRole('button', { name: 'List' }).first().click()
  await page.getByRole('button', { name: 'Remove 1 of 1' }).click()
  await expect(page.getByText(/1 removed from under factory-a\. Backup: /).last()).toBeVisible()
})

test('theme, density and the site’s colour hold at once, and after the window was loaded again', async ({ show }) => {
  const page = await show({ hash: '#/settings/appearance' })
  const root = page.locator('html')
  await page.getByRole('radio', { name: 'High contrast' }).click()
  await page.getByRole('radio', { name: /^Touch/ }).click()
  await page.getByRole('radio', { name: 'Teal' }).click()
  await expect(root).toHaveAttribute('data-theme', 'contrast')
  await expect(root).toHaveAttribute('data-density', 'touch')
  await expect.poll(() => page.evaluate(() => localStorage.getItem('fixture'))).toContain('teal')
  await page.reload()
  await expect(root).toHaveAttribute('data-site', 'teal')
})

test('the help is read in the window, and its links stay there', async ({ show }) => {
  const page = await show({ hash: '#/settings/help/troubleshooting' })
  const text = page.getByRole('article', { name: 'Troubleshooting' })
  await text.getByRole('link', { name: 'write-back' }).click()
  await expect(page.getByRole('article', { name: 'Write-back' }).getByRole('heading', { level: 1 })).toBeVisible()
})

test('letters rest while they are switched off; the palette still does everything', async ({ show }) => {
  const page = await show({ hash: '#/settings/keys' })
  await page.getByRole('checkbox', { name: /Letters work/ }).click()
  await page.keyboard.press('t')
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('go to tags')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Tags', level: 1 })).toBeVisible()
})

test('a file with mistakes shows each with its place in place of any screen', async ({ show }) => {
  const page = await show({ state: 'broken' })
  await expect(page.getByRole('heading', { name: 'Configuration has errors' })).toBeVisible()
  await expect(page.getByText('line 12, column 14, plcs[0].address')).toBeVisible()
})

test('a pane keeps the size it was given, though the window was too small for it meanwhile', async ({ show }) => {
  const page = await show({ hash: '#/tags' })
  const tree = page.getByRole('tree')
  const widthOf = async () => Math.round((await tree.boundingBox())?.width ?? 0)
  const kept = () => page.evaluate(() => /"tags tree":(\d+)/.exec(localStorage.getItem('fixture') ?? '')?.[1])
  const before = await widthOf()
  await page.getByRole('separator').first().focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(widthOf).toBeGreaterThan(before)
  const chosen = await widthOf()
  await expect.poll(kept).toBeTruthy()
  const size = await kept()
  await page.setViewportSize({ width: 560, height: 768 })
  await expect.poll(widthOf).toBeLessThan(chosen)
  await page.getByRole('link', { name: 'Settings' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  expect(await kept()).toBe(size)
  await page.setViewportSize({ width: 1366, height: 768 })
  await page.getByRole('link', { name: 'Tags' }).click()
  await expect.poll(widthOf).toBe(chosen)
})
