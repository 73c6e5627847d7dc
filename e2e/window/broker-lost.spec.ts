import { startMosquitto } from '../../scripts/brokers/mosquitto.ts'
import { chooseTag, goTo, mayWrite, retained, statusBar, write } from './acts.ts'
import { expect, skipMissing, test } from './test.ts'

test('a broker that is killed is said in words, the others go on, and its values are there again when it is back', async ({
  brokers,
  simulate,
  siteFile,
  open,
  namespace,
}) => {
  test.setTimeout(120_000)
  const mosquitto = await startMosquitto().catch(skipMissing)
  const plc = await simulate()
  const tags = '[{name: Tank.HighLimit, writable: true}, {name: Tank.Level}, {name: Counter}]'
  const config = await siteFile({ namespace, plc, tags, brokers: { ...brokers, mosquitto: mosquitto.port } })
  const { page } = await open({ config })
  await mayWrite(page)
  const chip = statusBar(page).getByRole('link', { name: /^MQTT/ })
  await expect(chip).toContainText('held')

  await mosquitto.kill()
  await expect(chip).toContainText('offline')
  await chip.click()
  const entry = page.getByRole('listitem').filter({ hasText: `mqtt://127.0.0.1:${mosquitto.port}` })
  await expect(entry).toContainText('Connection refused')
  await expect(entry).toContainText('Is the broker running')
  await expect(entry).toContainText(/Waiting[1-9]\d*of 3 tags/)
  await expect(statusBar(page).getByRole('link', { name: /^Valkey/ })).toContainText('held')
  await goTo(page, 'w')
  await chooseTag(page, 'Tank.HighLimit')
  await write(page, 'Valkey', '81')

  await mosquitto.restart({ loseData: true })
  await goTo(page, 'b')
  // Unless it is there by itself already.
  await entry
    .getByRole('button', { name: 'Try now' })
    .click({ timeout: 2_000 })
    .catch(() => {})
  await expect(chip).toContainText('held', { timeout: 30_000 })
  await expect(entry).toContainText('Online')
  const message = JSON.parse(await retained(mosquitto.port, `${namespace}/Main PLC/tags/Tank.HighLimit`))
  expect(message).toMatchObject({ value: 81 })
  await goTo(page, 'w')
  await write(page, 'MQTT', '82')
  await mosquitto.stop()
})
