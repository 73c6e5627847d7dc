import { rowOf } from '../page/rows.ts'
import { retained, search, statusBar } from './acts.ts'
import { expect, test } from './test.ts'

test('first start: the wizard names the site, tries PLC and brokers, and the first value is there on all of them', async ({
  open,
  brokers,
  simulate,
  namespace,
}) => {
  test.setTimeout(120_000)
  const plc = await simulate()
  const { page } = await open({ nothing: true })
  await page.getByRole('textbox', { name: 'Namespace' }).fill(namespace)
  await page.getByRole('button', { name: 'Continue to PLC' }).click()

  await page.getByRole('button', { name: 'Enter its address' }).click()
  await page.getByLabel('Address').fill(`127.0.0.1:${plc.port}`)
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await page.getByRole('checkbox', { name: /Write only to this controller: 1756-L83E/ }).click()
  await page.getByRole('button', { name: 'Continue to brokers' }).click()

  for (const [service, field, port] of [
    ['MQTT', 'Address', brokers.mosquitto],
    ['Valkey', 'Address', brokers.redis],
    ['Kafka', 'Brokers', brokers.kafka],
  ] as const) {
    await page.getByRole('button', { name: `Add ${service}` }).click()
    const part = page.getByRole('region', { name: `${service} entry` })
    await part.getByLabel(field, { exact: true }).fill(`127.0.0.1:${port}`)
    // A Kafka that has just started has no coordinators yet, and the test says so: one tries again.
    await expect(async () => {
      await part.getByRole('button', { name: /^Test/ }).click()
      await expect(part.getByRole('button', { name: 'Test again' })).toBeVisible({ timeout: 20_000 })
      const rights = part.getByRole('listitem').filter({ hasText: 'Rights' })
      await expect(rights).toContainText(/fine|not known/, { timeout: 1_000 })
    }).toPass({ timeout: 40_000 })
  }
  await page.getByRole('button', { name: 'Continue to check' }).click()
  const check = page.getByRole('form', { name: 'Check' })
  await expect(check).toContainText(/pinned to serial [0-9A-F]{8}/)
  await expect(check).toContainText('read-only')
  await check.getByRole('button', { name: 'Save and start' }).click()

  await expect(statusBar(page).getByRole('link', { name: namespace, exact: true })).toBeVisible()
  await expect(statusBar(page)).toContainText('1/1 online')
  await page.getByRole('button', { name: 'Discover tags' }).click()
  await expect(page.getByText(/\d+ tags discovered/)).toBeVisible()
  await search(page, 'tank.temperature')
  const row = rowOf(page, 'Tank.Temperature')
  await row.click()
  await page.keyboard.press('Space')
  await expect(row.getByRole('checkbox', { name: 'Tank.Temperature published' })).toHaveAttribute(
    'aria-checked',
    'true',
  )
  await expect(row).toContainText('Good')
  const detail = page.getByRole('complementary', { name: 'Detail of Tank.Temperature' })
  await expect(detail).toContainText('on 3 of 3 brokers', { timeout: 20_000 })
  const message = await retained(brokers.mosquitto, `${namespace}/Main PLC/tags/Tank.Temperature`)
  expect(JSON.parse(message)).toMatchObject({
    topic: namespace,
    plc: 'Main PLC',
    tag: 'Tank.Temperature',
    type: 'REAL',
  })
})
