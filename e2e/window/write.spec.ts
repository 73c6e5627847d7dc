import type { Locator, Page } from '@playwright/test'
import { connectAsync } from 'mqtt'
import { rowOf } from '../page/rows.ts'
import { chooseTag, goTo, mayWrite, result, retained, search, statusBar, write } from './acts.ts'
import { expect, test } from './test.ts'

const tags =
  '[{name: Tank.LevelSetpoint}, {name: Tank.HighLimit, writable: true, min: 50, max: 100}, {name: Tank.Level}]'

test('a tag is found, made writable, and written through each broker; a wrong namespace is refused and explained', async ({
  brokers,
  simulate,
  siteFile,
  open,
  namespace,
}) => {
  test.setTimeout(120_000)
  const plc = await simulate()
  const { page } = await open({ config: await siteFile({ namespace, plc, tags }) })
  await mayWrite(page)

  await test.step('find it, make it writable', async () => {
    await goTo(page, 't')
    await search(page, 'levelset')
    const row = rowOf(page, 'Tank.LevelSetpoint')
    await row.click()
    await page.keyboard.press('w')
    await expect(row.getByRole('checkbox', { name: 'Tank.LevelSetpoint writable' })).toHaveAttribute(
      'aria-checked',
      'true',
    )
    await page.keyboard.press('Shift+W')
    await expect(page.getByRole('combobox', { name: 'Tag' })).toHaveValue('Tank.LevelSetpoint')
  })

  await test.step('write it through each broker', async () => {
    for (const [broker, value, answersOn] of [
      ['MQTT', '61.5', `${namespace}/Main PLC/write/response`],
      ['Valkey', '62.5', `${namespace}:write:responses`],
      ['Kafka', '63.5', `${namespace}-write-responses`],
    ] as const) {
      await write(page, broker, value)
      expect(plc.get('Tank.LevelSetpoint')).toBe(Number(value))
      await expect(result(page)).toContainText(answersOn)
      for (const station of ['Broker took it', 'Gateway received', 'PLC written', 'Read back', 'Response'])
        await expect(result(page).getByRole('listitem').filter({ hasText: station })).not.toContainText('not reached')
    }
  })

  await test.step('a wrong namespace, from the tester', async () => {
    for (const broker of ['MQTT', 'Valkey', 'Kafka']) {
      await page.getByRole('radio', { name: `Central (${broker})` }).click()
      await page.getByRole('button', { name: 'Wrong namespace', exact: true }).click()
      await expect(result(page)).toContainText('Refused as expected')
      await expect(result(page)).toContainText(`namespace mismatch: expected ${namespace}`)
    }
    expect(plc.writeLog).toHaveLength(3)
  })

  await test.step('a wrong namespace, from somebody else, is in the journal and explained by one paste', async () => {
    const sender = await connectAsync(`mqtt://127.0.0.1:${brokers.mosquitto}`)
    const request = {
      topic: 'factory-z',
      plc: 'Main PLC',
      tag: 'Tank.LevelSetpoint',
      value: 1,
      request_id: 'outside-1',
    }
    await sender.publishAsync(`${namespace}/Main PLC/write`, JSON.stringify(request), { qos: 1 })
    await sender.endAsync()
    await page.getByRole('radio', { name: 'Journal' }).click()
    const line = page.getByRole('row').filter({ hasText: 'outside-1' })
    await expect(async () => {
      await page.getByRole('button', { name: 'Read again' }).click()
      await expect(line).toContainText('namespace mismatch', { timeout: 1_000 })
    }).toPass()
    await page.getByRole('radio', { name: 'Why?' }).click()
    await page
      .getByRole('textbox', { name: /Paste it/ })
      .fill(`mosquitto_pub -t '${namespace}/Main PLC/write' -m '${JSON.stringify(request)}'`)
    const checks = page.getByRole('region', { name: 'Checks' })
    await expect(checks).toContainText(`namespace mismatch: expected ${namespace}, got factory-z`)
    await expect(checks.getByRole('status')).toContainText(/topic/)
    expect(plc.get('Tank.LevelSetpoint')).toBe(63.5)
  })
})

test('another namespace: topics move, a write works under the new name, none under the old one', async ({
  brokers,
  simulate,
  siteFile,
  open,
  namespace,
}) => {
  test.setTimeout(120_000)
  const plc = await simulate()
  const next = `${namespace}-new`
  const { page } = await open({ config: await siteFile({ namespace, plc, tags, later: [next] }) })
  await mayWrite(page)
  await page.keyboard.press('n')
  await page.getByRole('textbox', { name: /New namespace/ }).fill(next)
  await expect(page.getByText(/names on 3 brokers, no two alike/)).toBeVisible()
  await page.getByRole('button', { name: /^Change namespace to/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill(next)
  await dialog.getByRole('button', { name: `Change to ${next}` }).click()
  await expect(statusBar(page).getByRole('link', { name: next, exact: true })).toBeVisible()
  await mayWrite(page)
  expect(JSON.parse(await retained(brokers.mosquitto, `${next}/Main PLC/tags/Tank.Level`)).topic).toBe(next)

  await test.step('what stays behind is listed', async () => {
    const left = page.getByRole('region', { name: `Left behind under ${namespace}`, exact: true })
    await left.getByRole('button', { name: 'Look what stands there' }).click()
    await expect(left).toContainText(/\d+ retained message/)
    await expect(left).toContainText(/\d+ key/)
  })
  await page.keyboard.press('Escape')
  await goTo(page, 'w')
  await chooseTag(page, 'Tank.HighLimit')
  await write(page, 'MQTT', '91')
  await write(page, 'Valkey', '92')
  await write(page, 'Kafka', '93')
  expect(plc.get('Tank.HighLimit')).toBe(93)

  const sender = await connectAsync(`mqtt://127.0.0.1:${brokers.mosquitto}`)
  for (const topic of [namespace, next]) {
    const request = { topic: namespace, plc: 'Main PLC', tag: 'Tank.HighLimit', value: 51 }
    await sender.publishAsync(`${topic}/Main PLC/write`, JSON.stringify(request), { qos: 1 })
  }
  await sender.endAsync()
  await write(page, 'MQTT', '94')
  expect(plc.writeLog.map(({ value }) => value)).toEqual([91, 92, 93, 94])
})

test('by keyboard alone: a tag is found and made writable, a value typed, sent through Valkey and read back', async ({
  simulate,
  siteFile,
  open,
  namespace,
}) => {
  const plc = await simulate()
  const { page } = await open({ config: await siteFile({ namespace, plc, tags }) })
  await mayWrite(page)
  const { keyboard } = page
  await goTo(page, 't')
  await keyboard.press('/')
  await expect(page.getByRole('searchbox', { name: 'Filter tags' })).toBeFocused()
  await keyboard.type('levelset')
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(2)
  await keyboard.press('ArrowDown')
  await keyboard.press('ArrowDown')
  await keyboard.press('w')
  await expect(page.getByRole('checkbox', { name: 'Tank.LevelSetpoint writable' })).toHaveAttribute(
    'aria-checked',
    'true',
  )
  await keyboard.press('Shift+W')
  await expect(page.getByRole('textbox', { name: 'Value' })).not.toHaveValue('')
  await tabTo(page, page.getByRole('radio', { name: 'Central (MQTT)' }))
  await keyboard.press('ArrowRight')
  await expect(page.getByRole('radio', { name: 'Central (Valkey)' })).toBeChecked()
  await tabTo(page, page.getByRole('textbox', { name: 'Value' }))
  await keyboard.press('Control+a')
  await keyboard.type('44.5')
  await keyboard.press('Control+Enter')
  await expect(result(page)).toContainText('Written and read back', { timeout: 20_000 })
  expect(plc.get('Tank.LevelSetpoint')).toBe(44.5)
})

/** By as many Tabs as it takes, once around the window at most. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let i = 0; i < 60; i++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  await expect(wanted).toBeFocused()
}
