import type { Page } from '@playwright/test'
import { expect, rowOf, test } from './page.ts'

const checks = (page: Page) => page.getByRole('region', { name: 'Checks' })
const result = (page: Page) => page.getByRole('region', { name: 'Result' })

async function choose(page: Page, tag: string) {
  const field = page.getByRole('combobox', { name: 'Tag' })
  await field.fill(tag)
  await page.getByRole('option', { name: new RegExp(`^${tag}`) }).click()
}

test('a value goes through the chosen broker, with each station and its time, and is read back', async ({ show }) => {
  const page = await show({ hash: '#/writeback' })
  await choose(page, 'Tank_1.Level_SP')
  const value = page.getByRole('textbox', { name: 'Value' })
  await expect(value).not.toHaveValue('')
  await value.fill('65')
  await expect(checks(page)).toContainText('Why it would be taken')
  await page.getByRole('radio', { name: 'Central (Kafka)' }).click()
  await expect(page.getByText('factory-a-writes', { exact: true }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Write 65 to Main PLC through Kafka' }).click()
  await expect(result(page)).toContainText('Written and read back')
  for (const station of [
    'Sent',
    'Broker took it',
    'Gateway received',
    'Checks',
    'PLC written',
    'Response',
    'Read back',
  ])
    await expect(result(page).getByRole('listitem').filter({ hasText: station })).not.toHaveClass(/failed|skipped/)
  await expect(page.getByRole('grid', { name: 'Requests sent from here' })).toContainText('written and read back')
})

test('beside the button stand namespace and PLC identity, and the button says what it does', async ({ show }) => {
  const page = await show({ hash: '#/writeback?plc=Main%20PLC&tag=Tank_1.Level_SP' })
  await page.getByRole('textbox', { name: 'Value' }).fill('12.5')
  const request = page.getByRole('region', { name: 'Request', exact: true })
  await expect(request.getByRole('button', { name: 'Write 12.5 to Main PLC through MQTT' })).toBeVisible()
  await expect(request).toContainText('Main PLC, serial 00C4A7E1')
})

test('a wrong namespace is refused, explained while typing, and marked as expected in the history', async ({
  show,
}) => {
  const page = await show({ hash: '#/writeback?plc=Main%20PLC&tag=Tank_1.Level_SP' })
  await page.getByRole('button', { name: 'Edit address and message by hand' }).click()
  const message = page.getByRole('textbox', { name: 'Message' })
  await message.fill('{"topic":"factory-b","plc":"Main PLC","tag":"Tank_1.Level_SP","value":65}')
  await expect(checks(page)).toContainText('namespace mismatch: expected factory-a, got factory-b')
  await expect(checks(page)).toContainText('Put "factory-a" into "topic"')
  await page.getByRole('button', { name: 'Back to the form' }).click()
  await page.getByRole('button', { name: 'Wrong namespace' }).click()
  await expect(result(page)).toContainText('Refused as expected')
  await expect(result(page).getByRole('listitem').filter({ hasText: 'PLC written' })).toContainText('not reached')
})

test('each negative case is refused for its own reason; what can not be made says why', async ({ show }) => {
  const page = await show({ hash: '#/writeback?plc=Main%20PLC&tag=Tank_1.Level_SP' })
  await expect(page.getByRole('textbox', { name: 'Value' })).not.toHaveValue('')
  for (const name of ['Wrong namespace', 'Not writable', 'Unknown tag', 'Out of range', 'Retained', 'Expired']) {
    await page.getByRole('button', { name, exact: true }).click()
    await expect(result(page)).toContainText('Refused as expected')
    await expect(page.getByRole('button', { name, exact: true })).not.toHaveAttribute('aria-disabled', 'true')
  }
  await page.getByRole('radio', { name: 'Central (Valkey)' }).click()
  await expect(page.getByRole('button', { name: 'Retained', exact: true })).toHaveAttribute('title', /Only MQTT/)
})

test('a value that does not fit is refused while typing, in the gateway’s own words', async ({ show }) => {
  const page = await show({ hash: '#/writeback?plc=Main%20PLC&tag=Tank_1.Level_SP' })
  const value = page.getByRole('textbox', { name: 'Value' })
  await expect(value).not.toHaveValue('')
  await value.fill('120')
  await expect(page.getByText('value 120 is above the configured maximum 100')).toBeVisible()
  await expect(page.getByRole('button', { name: /through MQTT/ })).toHaveAttribute('aria-disabled', 'true')
  await value.fill('12,5')
  await expect(page.getByText('the decimal point is "."')).toBeVisible()
})

test('keyboard only: choose a tag, type a value, send, and repeat it from the history', async ({ show }) => {
  const page = await show({ hash: '#/tags' })
  await page.keyboard.press('w')
  await page.getByRole('combobox', { name: 'Tag' }).focus()
  await page.keyboard.type('level_sp')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Value' })).not.toHaveValue('')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.getByRole('textbox', { name: 'Value' }).focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('33')
  await page.keyboard.press('Control+Enter')
  await expect(result(page)).toContainText('Written and read back')
  await page.getByRole('textbox', { name: 'Value' }).fill('44')
  await page.getByRole('grid', { name: 'Requests sent from here' }).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Value' })).toHaveValue('33')
})

test('Why? takes a command line as it was sent and shows the first check that refuses it', async ({ show }) => {
  const page = await show({ hash: '#/writeback/why' })
  await page
    .getByRole('textbox', { name: /Paste it/ })
    .fill(
      `mosquitto_pub -h x -r -t 'factory-a/Main PLC/write' -m '{"topic":"factory-a","plc":"Main PLC","tag":"A","value":1}'`,
    )
  await expect(page.getByRole('textbox', { name: 'Topic' })).toHaveValue('factory-a/Main PLC/write')
  await expect(page.getByRole('checkbox')).toHaveAttribute('aria-checked', 'true')
  await expect(checks(page)).toContainText('retained write request ignored')
})

test('the journal lists every request and gives its trace on one line', async ({ show }) => {
  const page = await show({ hash: '#/writeback/journal' })
  await page.getByRole('row').filter({ hasText: 'Tank_1.Level_SP' }).click()
  await expect(page.getByTitle(/60 → 65 done in 24.4 ms/)).toBeVisible()
  await page.getByRole('textbox', { name: 'Filter' }).fill('Level_SP')
  await expect(page.getByRole('row')).toHaveCount(2)
})

test('a broker’s menu leads to the tester with this broker chosen', async ({ show }) => {
  const page = await show({ hash: '#/brokers' })
  await page.getByRole('button', { name: 'Actions for kafka "Central"' }).click()
  await page.getByRole('menuitem', { name: 'Send a write through it' }).click()
  await expect(page.getByRole('radio', { name: 'Central (Kafka)' })).toBeChecked()
})

const sentRows = (page: Page) =>
  page.getByRole('grid', { name: 'Requests sent from here' }).locator('.vt-body [role=row]')

async function readyToSend(show: (options: { hash: string }) => Promise<Page>) {
  const page = await show({ hash: '#/writeback?plc=Main%20PLC&tag=Tank_1.Level_SP' })
  await expect(page.getByRole('textbox', { name: 'Value' })).not.toHaveValue('')
  return page
}

for (const [where, keys] of [
  ['in the form', 'Control+Enter'],
  ['on the button', 'Enter'],
] as const) {
  test(`keys that are held down ${where} send once`, async ({ show }) => {
    const page = await readyToSend(show)
    await page.getByRole('textbox', { name: 'Value' }).fill('33')
    if (keys === 'Enter') await page.getByRole('button', { name: 'Write 33 to Main PLC through MQTT' }).focus()
    else await page.keyboard.down('Control')
    await page.keyboard.down('Enter')
    await page.keyboard.down('Enter')
    await expect(result(page)).toContainText('Written and read back')
    await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    await page.keyboard.up('Control')
    await expect(result(page)).toContainText('Written and read back')
    await expect(sentRows(page)).toHaveCount(1)
    await page.keyboard.press('Control+Enter')
    await expect(sentRows(page)).toHaveCount(2)
  })
}

test('a list of choices that was passed with Tab and is closed does not hold the keys of the window', async ({
  show,
}) => {
  const page = await readyToSend(show)
  await page.getByRole('combobox', { name: 'PLC' }).focus()
  await expect(page.locator('.popup')).toHaveCount(1)
  await page.getByRole('textbox', { name: 'Value' }).focus()
  await page.keyboard.press('Control+Enter')
  await expect(result(page)).toContainText('Written and read back')
  await page.keyboard.press('Escape')
  await page.keyboard.press('l')
  await expect(page.getByRole('heading', { name: 'Log', level: 1 })).toBeVisible()
})

test('Ctrl+Enter in the palette, or in the list of sent requests, does what it does there and sends nothing', async ({
  show,
}) => {
  const page = await readyToSend(show)
  await page.keyboard.press('Control+Enter')
  await expect(result(page)).toContainText('Written and read back')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('density: normal')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.getByRole('grid', { name: 'Requests sent from here' }).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Control+Enter')
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(sentRows(page)).toHaveCount(1)
})

/** The MQTT entry serves the PLC `Packaging` alone from now on. */
const serveOnlyPackaging = (page: Page) =>
  page.evaluate(() =>
    window.fixture.change([
      { kind: 'set-entry', entry: { service: 'mqtt', name: 'Central' }, keys: { plcs: ['Packaging'] } },
    ]),
  )
const sends = (page: Page) => page.evaluate(() => window.fixture.asked('writeback.send'))

test('a broker that does not serve the chosen PLC leaves it chosen, and nothing can be sent', async ({ show }) => {
  const page = await readyToSend(show)
  await page.getByRole('radio', { name: 'Central (Kafka)' }).click()
  await serveOnlyPackaging(page)
  await page.getByRole('radio', { name: 'Central (MQTT)' }).click()
  await expect(page.getByRole('combobox', { name: 'PLC' })).toContainText('Main PLC')
  await expect(page.getByText('Central (MQTT) does not serve Main PLC. Choose a PLC, or another broker.')).toBeVisible()
  const send = page.getByRole('button', { name: /to Main PLC through MQTT/ })
  await expect(send).toHaveAttribute('aria-disabled', 'true')
  await page.getByRole('textbox', { name: 'Value' }).press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Wrong namespace' })).toHaveAttribute('aria-disabled', 'true')
  expect(await sends(page)).toEqual([])
})

test('W on a tag whose PLC the broker chosen last does not serve takes one that does, and says which', async ({
  show,
}) => {
  const page = await readyToSend(show)
  await page.getByRole('radio', { name: 'Central (MQTT)' }).click()
  await serveOnlyPackaging(page)
  await page.keyboard.press('Escape')
  await page.evaluate(() => location.assign('#/tags'))
  await expect(page.getByRole('heading', { name: 'Tags', level: 1 })).toBeVisible()
  await rowOf(page, 'Alarm_Word').click()
  await page.keyboard.press('Shift+W')
  await expect(page.getByRole('combobox', { name: 'Tag' })).toHaveValue('Alarm_Word')
  await expect(page.getByRole('combobox', { name: 'PLC' })).toContainText('Main PLC')
  await expect(page.getByRole('radio', { name: 'Central (Valkey)' })).toBeChecked()
  await expect(page.getByRole('article').getByText('Writes to Main PLC go through Central (Valkey) now')).toBeVisible()
})

test('a PLC or a broker that another window removes stays chosen, and nothing can be sent', async ({ show }) => {
  const page = await readyToSend(show)
  await page.evaluate(() =>
    window.fixture.change([{ kind: 'remove-entry', entry: { service: 'mqtt', name: 'Central' } }]),
  )
  await expect(page.getByRole('radio', { name: 'Central (MQTT)' })).toBeChecked()
  await expect(page.getByText(/^Central \(MQTT\), the broker that was chosen, is not there any more/)).toBeVisible()
  await page.getByRole('textbox', { name: 'Value' }).press('Control+Enter')
  await page.getByRole('radio', { name: 'Central (Kafka)' }).click()
  await page.evaluate(() => window.fixture.change([{ kind: 'remove-plc', plc: 'Main PLC' }]))
  await expect(page.getByText('Main PLC is not in the configuration any more. Choose a PLC.')).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'PLC' })).toContainText('Main PLC')
  await page.keyboard.press('Control+Enter')
  expect(await sends(page)).toEqual([])
})
