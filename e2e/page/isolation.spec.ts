import { expect, test } from './page.ts'

test('the verdict comes first, and a check opens to its evidence and the lines that mend it', async ({ show }) => {
  const page = await show({ hash: '#/isolation' })
  await expect(page.getByRole('region', { name: 'Report' })).toContainText('FAIL')
  await page.getByRole('button', { name: /Broker rights/ }).click()
  await expect(page.getByText('factory-a-canary-7be21f')).toBeVisible()
  await expect(page.getByText('ACL SETUSER warlink-factory-a resetkeys')).toBeVisible()
})

test('a check that could not be proven is accepted with name and reason only', async ({ show }) => {
  const page = await show({ hash: '#/isolation' })
  await page.getByRole('button', { name: /PLC pins/ }).click()
  await page.getByRole('button', { name: 'Accept it with a reason…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Accept it' })).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByLabel('Your name').fill('A. Smith')
  await dialog.getByLabel('Reason').fill('emulator')
  await dialog.getByRole('button', { name: 'Accept it' }).click()
  await expect(dialog).toHaveCount(0)
})

test('a contested namespace is said on every screen, loudly, and leads to where it is cleared', async ({ show }) => {
  const page = await show({ state: 'contested', hash: '#/writeback' })
  await expect(page.getByRole('alert').filter({ hasText: 'contested' })).toContainText('somebody else publishes')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await expect(page.getByRole('button', { name: /clear this/ })).toBeVisible()
  await expect(page.getByRole('alert').filter({ hasText: 'contested' })).toBeVisible()
})

test('the guide’s checklist says what is known and leads to where it is done', async ({ show }) => {
  const page = await show({ hash: '#/isolation/guide' })
  const list = page.getByRole('region', { name: 'Verification checklist' })
  await expect(list.getByRole('listitem')).toHaveCount(4)
  await expect(list).toContainText('Others known: factory-b, factory-c')
  // As many as the table of the screen Namespace says.
  await expect(list).toContainText('factory-a: 120 names on 3 broker entries')
  await page.getByRole('link', { name: 'Paste the request: why?' }).click()
  await expect(page.getByRole('textbox', { name: /Paste it/ })).toBeVisible()
})

test('access rules are made for the gateway and for senders of writes', async ({ show }) => {
  const page = await show({ hash: '#/isolation' })
  await page.getByRole('button', { name: 'ACL files' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('topic readwrite factory-a/#')
  await dialog.getByRole('radio', { name: 'A sender of writes' }).click()
  await expect(dialog).toContainText('topic write factory-a/+/write')
})
