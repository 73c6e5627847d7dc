import { expect, test } from './test.ts'

test('the demo site opens its window, which shows what the gateway tells it', async ({ open }) => {
  const { page } = await open({ demo: true })
  await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible()
  const bar = page.getByRole('contentinfo')
  await expect(bar).toContainText('demo')
  await expect(bar).toContainText('armed')
  await expect(bar).toContainText('2/2 online')
  await expect(page.getByRole('row', { name: /Recipe.*Good/ })).toBeVisible()
})

test('without a configuration the window begins with the wizard, and is there before any gateway', async ({ open }) => {
  const { page } = await open({ nothing: true })
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByText(/demo site/i).first()).toBeVisible()
})
