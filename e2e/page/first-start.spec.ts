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

test('what was typed into the wizard is still there after another screen was looked at', async ({ show }) => {
  const page = await show({ state: 'no-file' })
  await page.getByRole('textbox', { name: 'Namespace' }).fill('factory-a')
  await page.getByRole('button', { name: 'Continue to PLC' }).click()
  await page.getByRole('button', { name: 'Enter its address' }).click()
  await page.getByLabel('Address').fill('192.168.1.100')
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await page.getByRole('checkbox', { name: /Write only to this controller/ }).click()
  await page.getByRole('button', { name: 'Continue to brokers' }).click()
  await page.getByRole('button', { name: 'Add MQTT' }).click()
  await page.getByLabel('Address').fill('mqtt.example.com')
  await page.getByLabel('Password', { exact: true }).fill('s3cret')
  await page.getByRole('link', { name: 'Log' }).click()
  await expect(page.getByRole('heading', { name: 'Log', level: 1 })).toBeVisible()
  await page.getByRole('button', { name: 'Set up this site' }).click()
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('s3cret')
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain('s3cret')
  await page.getByRole('button', { name: 'Continue to check' }).click()
  await expect(page.getByRole('form', { name: 'Check' })).toContainText('pinned to serial 00C4A7E1')
})

for (const state of ['no-file', 'broken'] as const) {
  test(`help, log and appearance are there without a configuration (${state}); other screens say why not`, async ({
    show,
  }) => {
    const page = await show({ state })
    const rail = page.getByRole('navigation', { name: 'Screens' })
    await rail.getByRole('link', { name: 'Log' }).click()
    await expect(page.getByRole('grid', { name: /^Log/ })).toBeVisible()
    await rail.getByRole('link', { name: 'Settings' }).click()
    await expect(page.getByText('Namespace needs a configuration')).toBeVisible()
    const parts = page.getByRole('navigation', { name: 'Settings' })
    await parts.getByRole('link', { name: 'Appearance' }).click()
    await page.getByRole('radio', { name: 'High contrast' }).click()
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'contrast')
    await parts.getByRole('link', { name: 'Help' }).click()
    await expect(page.getByRole('article')).toBeVisible()
    await parts.getByRole('link', { name: 'Configuration file' }).click()
    await expect(
      state === 'broken'
        ? page.getByRole('button', { name: 'Import a configuration…' })
        : page.getByText('Configuration file needs a configuration'),
    ).toBeVisible()
    await rail.getByRole('link', { name: 'PLCs' }).click()
    await expect(
      state === 'broken'
        ? page.getByRole('heading', { name: 'Configuration has errors' })
        : page.getByText('PLCs needs a configuration'),
    ).toBeVisible()
  })
}

test('a test in the wizard is of what was tested: an edit ends it, and the next broker does not show that of one taken out', async ({
  show,
}) => {
  const page = await show({ state: 'no-file' })
  await page.getByRole('textbox', { name: 'Namespace' }).fill('factory-a')
  await page.getByRole('button', { name: 'Continue to PLC' }).click()
  await page.getByRole('button', { name: 'Enter its address' }).click()
  await page.getByLabel('Address').fill('192.168.1.100')
  const steps = page.getByRole('region', { name: 'Test' }).getByRole('listitem')
  const step = { kind: 'step', step: 'tcp', result: 'ok', text: 'answers' }
  const told = (item: object) => page.evaluate((one) => window.fixture.tell('plcs.test', [one]), item)
  await page.evaluate(() => window.fixture.hold('plcs.test'))
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  expect(await told(step)).toBe(true)
  await expect(steps.first()).toContainText('answers')
  await page.getByLabel('Address').fill('192.168.1.101')
  await expect(page.getByRole('button', { name: 'Test', exact: true })).toBeVisible()
  await expect(steps).toHaveCount(0)
  expect(await told({ kind: 'identity', identity: { serial: 7, productName: 'late' } })).toBe(false)
  await expect(page.getByText('Write only to this controller')).toHaveCount(0)
  await page.getByRole('button', { name: 'Continue to brokers' }).click()
  await page.getByRole('button', { name: 'Add MQTT' }).click()
  await page.getByRole('button', { name: 'Add Valkey' }).click()
  const mqtt = page.getByRole('region', { name: 'MQTT entry' })
  const valkey = page.getByRole('region', { name: 'Valkey entry' })
  await mqtt.getByLabel('Address').fill('mqtt.example.com')
  await valkey.getByLabel('Address').fill('valkey.example.com')
  await mqtt.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(mqtt.getByRole('button', { name: 'Test again' })).toBeVisible()
  await mqtt.getByRole('button', { name: 'Take it out' }).click()
  await expect(mqtt).toHaveCount(0)
  await expect(valkey.getByLabel('Address')).toHaveValue('valkey.example.com')
  await expect(valkey.getByRole('listitem')).toHaveCount(0)
})
