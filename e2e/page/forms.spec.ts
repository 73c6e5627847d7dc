import type { Page } from '@playwright/test'
import { expect, test } from './page.ts'

const siteNamed = (site: string) => ({ kind: 'set', keys: { site } }) as const
const difference = [
  { kind: 'removed', line: 1, text: 'namespace: factory-a' },
  { kind: 'added', line: 1, text: 'namespace: factory-b' },
] as const

const note = (page: Page, hasText: string) =>
  page.getByRole('region', { name: 'Notes' }).getByRole('article').filter({ hasText })

/** Somebody else saves a change; the window has heard of it when this resolves. */
async function changedElsewhere(page: Page, site: string) {
  await page.evaluate((edit) => window.fixture.change([edit]), siteNamed(site))
  await expect(page.getByRole('contentinfo').getByRole('link', { name: site })).toBeVisible()
}

test('what is typed into the form of a broker stays when somebody else changes the configuration', async ({ show }) => {
  const page = await show({ hash: '#/brokers/mqtt/Central' })
  await page.getByLabel('User', { exact: true }).fill('line1')
  await changedElsewhere(page, 'Elsewhere')
  await expect(page.getByLabel('User', { exact: true })).toHaveValue('line1')
})

test('a field of a PLC that nobody typed into follows the file; what is typed is all that is saved', async ({
  show,
}) => {
  const page = await show({ hash: '#/plcs/Main%20PLC' })
  const form = page.getByRole('form', { name: 'Settings of Main PLC' })
  await form.getByLabel('Address').fill('10.0.0.7')
  await page.evaluate(() => window.fixture.change([{ kind: 'set-plc', plc: 'Main PLC', keys: { slot: 3 } }]))
  await expect(form.getByLabel('Slot')).toHaveValue('3')
  await expect(form.getByLabel('Address')).toHaveValue('10.0.0.7')
  await form.getByRole('button', { name: 'Save and reconnect Main PLC' }).click()
  await expect(note(page, 'Main PLC saved')).toBeVisible()
  const asked = await page.evaluate(() => window.fixture.asked('config.change'))
  expect(asked).toMatchObject([{ edits: [{ kind: 'set-plc', plc: 'Main PLC', keys: { address: '10.0.0.7' } }] }])
  await expect(form.getByRole('button', { name: 'Revert' })).toHaveAttribute('title', 'Nothing was changed.')
})

test('what is typed stays while one looks elsewhere; the list says where, until it is reverted', async ({ show }) => {
  const page = await show({ hash: '#/plcs/Main%20PLC' })
  const form = page.getByRole('form', { name: 'Settings of Main PLC' })
  const mark = page.getByRole('region', { name: 'PLCs' }).getByText('not saved yet')
  await expect(mark).toHaveCount(0)
  await form.getByLabel('Address').fill('10.0.0.7')
  await page.getByRole('radio', { name: 'Identity' }).click()
  await expect(form).toHaveCount(0)
  await expect(mark).toHaveCount(1)
  await page.evaluate(() => {
    location.hash = '#/brokers/mqtt/Central'
  })
  await page.getByLabel('User', { exact: true }).fill('line1')
  await page.evaluate(() => {
    location.hash = '#/plcs/Main%20PLC'
  })
  await expect(form.getByLabel('Address')).toHaveValue('10.0.0.7')
  await form.getByRole('button', { name: 'Revert' }).click()
  await expect(mark).toHaveCount(0)
  await page.evaluate(() => {
    location.hash = '#/brokers'
  })
  await expect(page.getByRole('region', { name: 'Entries' }).getByText('not saved yet')).toHaveCount(1)
})

test('limits that were typed hours ago do not pass for those in force', async ({ show }) => {
  const page = await show({ hash: '#/settings/writes' })
  const age = page.getByLabel('Oldest request')
  const before = await age.inputValue()
  await age.fill('61s')
  await page.evaluate(() => {
    location.hash = '#/tags'
  })
  await expect(age).toHaveCount(0)
  await page.evaluate(() => {
    location.hash = '#/settings/writes'
  })
  await expect(age).toHaveValue('61s')
  await expect(page.getByText('not saved yet')).toBeVisible()
  await page.getByRole('button', { name: 'Revert' }).click()
  await expect(age).toHaveValue(before)
  await expect(page.getByText('not saved yet')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Save limits' })).toHaveAttribute('title', 'Nothing was changed.')
})

test('what was saved and could not be applied is told, and is no success', async ({ show }) => {
  const page = await show({ hash: '#/plcs/Main%20PLC' })
  const form = page.getByRole('form', { name: 'Settings of Main PLC' })
  await form.getByLabel('Address').fill('10.0.0.7')
  await page.evaluate(() =>
    window.fixture.answer('config.change', {
      kind: 'saved',
      version: '9',
      steps: [],
      warnings: [],
      failed: 'the gateway could not be started: port in use.',
    }),
  )
  await form.getByRole('button', { name: 'Save and reconnect Main PLC' }).click()
  await expect(note(page, 'Main PLC saved, but not all of it could be applied: the gateway')).toBeVisible()
})

test('Reload takes the file over and leaves what was typed; a file with mistakes is told', async ({ show }) => {
  const page = await show({ hash: '#/plcs/Main%20PLC' })
  const form = page.getByRole('form', { name: 'Settings of Main PLC' })
  await form.getByLabel('Address').fill('10.0.0.7')
  await page.evaluate(
    ([lines]) => {
      window.fixture.answer('config.change', { kind: 'changed-on-disk', difference: lines })
      window.fixture.answer('config.reload', {
        kind: 'invalid',
        problems: [{ severity: 'error', path: 'plcs[0].address', line: 3, column: 1, text: 'the address is missing' }],
      })
    },
    [difference],
  )
  await form.getByRole('button', { name: 'Save and reconnect Main PLC' }).click()
  const dialog = page.getByRole('dialog', { name: 'The file was changed by somebody else' })
  await dialog.getByRole('button', { name: 'Reload the file' }).click()
  await expect(note(page, 'not taken over: plcs[0].address: the address is missing')).toBeVisible()
  await expect(dialog).toHaveCount(0)
  await expect(form.getByLabel('Address')).toHaveValue('10.0.0.7')
})

const onDisk = { kind: 'changed-on-disk', difference }
const changesAsked = (page: Page, name: string) => page.evaluate((one) => window.fixture.asked(one), name)
const question = (page: Page) => page.getByRole('dialog', { name: 'The file was changed by somebody else' })
const answerNext = (page: Page, name: string, value: unknown) =>
  page.evaluate(([one, what]) => window.fixture.answer(String(one), what), [name, value])

test('a tag that can not be switched since the file was changed: the difference is shown, now or later in Settings', async ({
  show,
}) => {
  const page = await show({ hash: '#/tags' })
  await answerNext(page, 'config.change', onDisk)
  await page.getByRole('checkbox', { name: 'Alarm_Word published' }).click()
  await expect(question(page)).toContainText('namespace: factory-b')
  await question(page).getByRole('button', { name: 'Decide later' }).click()
  await page.evaluate(() => {
    location.hash = '#/settings/file'
  })
  await page.getByRole('button', { name: 'Show the difference' }).click()
  await question(page).getByRole('button', { name: 'Save my change over it' }).click()
  await expect(note(page, 'Alarm_Word no longer published')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Show the difference' })).toHaveCount(0)
  expect((await changesAsked(page, 'config.change')).at(-1)).toMatchObject({ overwrite: true })
})

test('an import of tags, and one of a whole file, goes over a changed file only after the difference was seen', async ({
  show,
}) => {
  const page = await show({ hash: '#/tags/import' })
  const report = { rows: [], counts: { add: 1, change: 0, same: 0, error: 0 } }
  await answerNext(page, 'tags.importCsv', report)
  await answerNext(page, 'tags.importCsv', { ...report, outcome: onDisk })
  const csv = { name: 'tags.csv', mimeType: 'text/csv', buffer: Buffer.from('plc,tag\nMain PLC,New\n') }
  await page.getByLabel('Tags as CSV', { exact: true }).setInputFiles(csv)
  await page.getByRole('button', { name: 'Import 1 tags' }).click()
  await question(page).getByRole('button', { name: 'Save my change over it' }).click()
  await expect(question(page)).toHaveCount(0)
  expect((await changesAsked(page, 'tags.importCsv')).at(-1)).toMatchObject({ dryRun: false, overwrite: true })

  await page.evaluate(() => {
    location.hash = '#/settings/file'
  })
  await answerNext(page, 'config.replace', onDisk)
  await answerNext(page, 'config.replace', { kind: 'saved', version: '9', steps: [], warnings: [], failed: '' })
  const yaml = { name: 'other.yaml', mimeType: 'text/yaml', buffer: Buffer.from('namespace: factory-a\n') }
  await page.getByLabel('Configuration file', { exact: true }).setInputFiles(yaml)
  await page.getByRole('button', { name: 'Replace the configuration' }).click()
  await question(page).getByRole('button', { name: 'Save my change over it' }).click()
  await expect(note(page, 'The imported configuration runs')).toBeVisible()
  expect((await changesAsked(page, 'config.replace')).at(-1)).toMatchObject({ overwrite: true })
})

test('what a test found of a PLC is of the address that was tested: another address has nothing to pin', async ({
  show,
}) => {
  const page = await show({ hash: '#/plcs/+' })
  const form = page.getByRole('form', { name: 'New PLC' })
  await form.getByLabel('Address').fill('192.168.1.7')
  await form.getByRole('button', { name: 'Test', exact: true }).click()
  const pin = form.getByRole('button', { name: 'Add and pin' })
  await expect(pin).toBeVisible()
  await form.getByLabel('Name').fill('Press')
  await expect(pin).toBeVisible()
  await form.getByLabel('Address').fill('192.168.1.8')
  await expect(pin).toHaveCount(0)
  await expect(form).not.toContainText('00C4A7E1')
  await expect(form.getByRole('region', { name: 'Test' }).getByRole('listitem')).toHaveCount(0)
})

test('the steps of a broker’s test go when what was tested is changed', async ({ show }) => {
  const page = await show({ hash: '#/brokers/mqtt/Central' })
  const steps = page.getByRole('region', { name: 'Test' }).getByRole('listitem')
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(steps.first()).toBeVisible()
  await page.getByLabel('User', { exact: true }).fill('other')
  await expect(steps).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Test', exact: true })).toBeVisible()
})

test('what can not be opened, read or started again is said', async ({ show }) => {
  const page = await show({ state: 'failed', hash: '#/log' })
  await answerNext(page, 'config.reload', { kind: 'failed', error: 'factory-a.yaml can not be read (EIO).' })
  await page.getByRole('button', { name: 'Start again' }).click()
  await expect(note(page, 'not taken over: factory-a.yaml can not be read (EIO).')).toBeVisible()
  await page.evaluate(() => window.fixture.refuse('app.openPath', 'no connection to the gateway'))
  await page.getByRole('button', { name: 'Open the file' }).click()
  await expect(note(page, 'no connection to the gateway')).toBeVisible()
})

test('values that the gateway refuses are told, in the tester and in the table of tags', async ({ show }) => {
  const page = await show({ hash: '#/log' })
  for (const place of ['#/writeback?plc=Main%20PLC&tag=Tank_1.Level_SP', '#/tags']) {
    await page.evaluate(
      ([to]) => {
        window.fixture.refuse('tags.values', `refused at ${to}.`)
        location.hash = to ?? ''
      },
      [place],
    )
    await expect(note(page, `are not read: refused at ${place}.`)).toBeVisible()
  }
})
