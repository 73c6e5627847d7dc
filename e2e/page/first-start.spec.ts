import { expect, test } from './page.ts'

test('the wizard names the site, adds a PLC with its pin and a broker, and shows all before it saves', async ({
  show,
}) => {
  const page = await show({ state: 'no-file' })
  await page.getByRole('textbox', { name: 'Namespace' }).fill('factory-')
  await page.getByRole('button', { name: 'Continue to PLC' }).click()
  await expect(page.getByText(/must end in a letter or digit/)).toBeVisible()
  await page.getByRole('textbox', { name: 'Namespace' }).fill('factory-a')
  await expect(page.getByRole('region', { name: 'What will be named' })).toContainText('factory-a/Main PLC/write')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Enter its address' }).click()
  await page.getByLabel('Address').fill('192.168.1.100')
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await page.getByRole('checkbox', { name: /Write only to this controller/ }).click()
  await page.getByRole('button', { name: 'Continue to brokers' }).click()
  await page.getByRole('button', { name: 'Add MQTT' }).click()
  await page.getByLabel('Address').fill('mqtt.example.com')
  await page.getByRole('button', { name: 'Continue to check' }).click()
  const check = page.getByRole('form', { name: 'Check' })
  await expect(check).toContainText('pinned to serial 00C4A7E1')
  await expect(check).toContainText('mqtt.example.com')
  await expect(check).toContainText('read-only')
  await check.getByRole('button', { name: 'Save and start' }).click()
  await expect(check.getByRole('alert')).toHaveCount(0)
})

test('a configuration of another product is shown with what is changed before it is saved', async ({ show }) => {
  const page = await show({ state: 'no-file' })
  await page
    .getByLabel('Configuration file to import')
    .setInputFiles({ name: 'config.yaml', mimeType: 'text/yaml', buffer: Buffer.from('namespace: factory-a\n') })
  const dialog = page.getByRole('dialog', { name: 'Import a configuration' })
  await expect(dialog).toContainText('which counts as false there: written out')
  await expect(dialog).toContainText('namespace: factory-a')
  await dialog.getByRole('button', { name: 'Save and start' }).click()
  await expect(dialog).toHaveCount(0)
})
