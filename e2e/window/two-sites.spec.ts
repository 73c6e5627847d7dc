import { chooseTag, goTo, mayWrite, statusBar, write } from './acts.ts'
import { expect, test } from './test.ts'

const tags = '[{name: Tank.HighLimit, writable: true}]'

test('two applications on the same brokers, with the same PLC name: a write in A changes A alone', async ({
  simulate,
  siteFile,
  open,
  namespace,
}) => {
  test.setTimeout(120_000)
  const names = { a: `${namespace}-a1`, b: `${namespace}-b1` }
  const plcs = { a: await simulate(), b: await simulate() }
  const a = await open({ config: await siteFile({ namespace: names.a, plc: plcs.a, tags }) })
  const b = await open({ config: await siteFile({ namespace: names.b, plc: plcs.b, tags }) })
  await Promise.all([mayWrite(a.page), mayWrite(b.page)])
  await expect(statusBar(a.page).getByRole('link', { name: names.a, exact: true })).toBeVisible()
  await expect(statusBar(b.page).getByRole('link', { name: names.b, exact: true })).toBeVisible()

  for (const { page } of [a, b]) {
    await goTo(page, 'w')
    await chooseTag(page, 'Tank.HighLimit')
  }
  await write(b.page, 'MQTT', '71')
  await write(a.page, 'MQTT', '81')
  await write(a.page, 'Valkey', '82')
  await write(a.page, 'Kafka', '83')
  expect(plcs.a.writeLog.map(({ value }) => value)).toEqual([81, 82, 83])
  expect(plcs.b.writeLog.map(({ value }) => value)).toEqual([71])
  await write(b.page, 'Kafka', '72')
  expect(plcs.a.get('Tank.HighLimit')).toBe(83)
  expect(plcs.b.get('Tank.HighLimit')).toBe(72)

  await b.page.getByRole('radio', { name: 'Journal' }).click()
  await expect(b.page.getByRole('grid').getByRole('row')).toHaveCount(3)
  await goTo(a.page, 'm')
  await a.page.getByRole('radio', { name: 'Foreign' }).click()
  const messages = a.page.getByRole('grid', { name: 'Messages, newest first' })
  await expect(
    messages
      .getByRole('row')
      .filter({ hasText: `${names.b}/` })
      .first(),
  ).toBeVisible()
  await expect(messages.getByRole('row').filter({ hasText: `${names.a}/` })).toHaveCount(0)
  await expect(a.page.getByText(/Kafka: only this site's topics are read/)).toBeVisible()
})
