import { expect, test } from './page.ts'

test('a broker is tried with what is typed before it is saved, and the password is never shown', async ({ show }) => {
  const page = await show({ hash: '#/brokers/valkey/Central' })
  const form = page.getByRole('form', { name: 'Edit Central (Valkey)' })
  await form.getByLabel('Password').fill('wrong')
  await form.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(form.getByRole('region', { name: 'Test' })).toContainText('WRONGPASS')
  await form.getByLabel('Password').fill('right')
  await form.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(form.getByRole('region', { name: 'Test' })).toContainText('logged in as')
  await expect(form.getByLabel('Password')).toHaveAttribute('type', 'password')
})

test('mistakes in a broker are marked while typing and hold the save back', async ({ show }) => {
  const page = await show({ hash: '#/brokers/mqtt/Central' })
  await page.getByLabel('Address').fill('host:99999')
  await expect(page.getByText('"host:99999" is no host or host:port')).toBeVisible()
  await page.getByLabel('Selector').fill('Main PLC')
  await expect(page.getByText(/use only letters/)).toBeVisible()
  await page.getByRole('button', { name: 'Save and reconnect Central' }).click()
  await expect(page.getByRole('button', { name: 'Save and reconnect Central' })).toHaveAttribute(
    'aria-disabled',
    'true',
  )
})

test('removing an entry is asked about by name', async ({ show }) => {
  const page = await show({ hash: '#/brokers/kafka/Central' })
  await page.getByRole('button', { name: 'Remove entry…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove Central (Kafka)' })
  await expect(dialog).toContainText('takes no more requests there')
  await dialog.getByRole('button', { name: 'Remove Central' }).click()
  await expect(page.getByText('2 entries, 2 online')).toBeVisible()
})

test('a PLC is found on the network, tested, and taken into the form', async ({ show }) => {
  const page = await show({ hash: '#/plcs' })
  await page.getByRole('button', { name: 'Find on the network' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Networks').fill('10.0.0.5-40')
  await dialog.getByRole('button', { name: 'Search' }).click()
  await expect(dialog.getByRole('row').filter({ hasText: '192.168.1.100' })).toContainText('configured')
  await dialog.getByRole('row').filter({ hasText: '5069-L320ER' }).getByRole('button', { name: 'Use it' }).click()
  await expect(page.getByLabel('Address')).toHaveValue('192.168.1.120')
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Add and pin' })).toBeVisible()
})

test('a controller is pinned after a person has compared its serial number', async ({ show }) => {
  const page = await show({ hash: '#/plcs/Packaging/identity' })
  await expect(page.getByRole('region', { name: 'Identity of Packaging' })).toContainText('unpinned')
  await page.getByRole('button', { name: 'Pin this controller…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Is this the controller of Packaging?' })
  await expect(dialog).toContainText('Compare the serial number')
  await dialog.getByRole('button', { name: 'Pin 00C4A7E1' }).click()
  await expect(page.getByRole('button', { name: 'Pin this controller…' })).toHaveAttribute(
    'title',
    'This controller is pinned.',
  )
})

test('removing a PLC needs its name typed', async ({ show }) => {
  const page = await show({ hash: '#/plcs/Packaging' })
  await page.getByRole('button', { name: 'Remove PLC…' }).click()
  const dialog = page.getByRole('dialog')
  const remove = dialog.getByRole('button', { name: 'Remove Packaging' })
  await expect(remove).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByRole('textbox').fill('Packaging')
  await remove.click()
  await expect(page.getByRole('link', { name: 'Packaging' })).toHaveCount(0)
})
