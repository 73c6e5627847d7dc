/** What is photographed: how each screen is brought to what it shows. */
import { expect, type Page } from '@playwright/test'
import { rowOf } from '../../e2e/page/rows.ts'
import type { Plant } from '../../e2e/plant.ts'
import { goTo, search, write } from '../../e2e/window/acts.ts'

export interface Scene {
  readonly name: string
  /** Absent: the page as it is. */
  prepare?(page: Page, plant: Plant): Promise<void>
  /** After its pictures. */
  after?(page: Page, plant: Plant): Promise<void>
}

const to = (page: Page, hash: string) => page.evaluate((place) => location.assign(place), hash)
const pressEscape = (page: Page) => page.keyboard.press('Escape')

/** First start, before any gateway. */
export const firstScenes: readonly Scene[] = [
  {
    name: 'first-start',
    prepare: async (page) => {
      await page.getByRole('textbox', { name: 'Namespace' }).fill('factory-a')
      await page.getByRole('textbox', { name: 'Site' }).fill('Chicago line 1')
    },
  },
  {
    name: 'first-start-plc',
    prepare: async (page, { a }) => {
      await page.getByRole('button', { name: 'Continue to PLC' }).click()
      await page.getByRole('button', { name: 'Enter its address' }).click()
      await page.getByLabel('Address').fill(`127.0.0.1:${a.plc.port}`)
      await page.getByRole('button', { name: 'Test', exact: true }).click()
      await page.getByRole('checkbox', { name: /Write only to this controller/ }).click()
    },
  },
]

/** Of a site that runs, in this order. */
export const scenes: readonly Scene[] = [
  {
    name: 'tags',
    prepare: async (page) => {
      await goTo(page, 't')
      await page.getByRole('treeitem', { name: 'Main PLC' }).click()
      await page.getByRole('button', { name: 'Discover tags' }).click()
      await expect(page.getByText(/\d+ tags discovered/)).toBeVisible()
      const tank = rowOf(page, 'Tank')
      await tank.dblclick()
      await rowOf(page, 'Tank.Temperature').click()
      // The trend of the last minute wants some.
      await page.waitForTimeout(25_000)
    },
  },
  {
    name: 'tags-search',
    prepare: async (page) => {
      await page.getByRole('treeitem', { name: 'All PLCs' }).click()
      await search(page, 'speed')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
    },
    after: (page) => page.getByRole('searchbox', { name: 'Filter tags' }).fill(''),
  },
  {
    name: 'write-back',
    prepare: async (page) => {
      await to(page, '#/writeback?plc=Main%20PLC&tag=Tank.LevelSetpoint')
      await write(page, 'Kafka', '62')
      await page.getByRole('button', { name: 'Not writable', exact: true }).click()
      await expect(page.getByRole('region', { name: 'Result' })).toContainText('as expected')
      await write(page, 'Valkey', '64')
      await page.getByRole('button', { name: 'Wrong namespace', exact: true }).click()
      await expect(page.getByRole('region', { name: 'Result' })).toContainText('as expected')
      await write(page, 'MQTT', '65')
    },
  },
  {
    name: 'write-back-refused',
    prepare: async (page) => {
      await page.getByRole('textbox', { name: 'Value' }).fill('120')
      await page.getByRole('button', { name: 'Out of range', exact: true }).click()
      await expect(page.getByRole('region', { name: 'Result' })).toContainText('as expected')
    },
  },
  {
    name: 'why',
    prepare: async (page) => {
      await to(page, '#/writeback/why')
      await page
        .getByRole('textbox', { name: /Paste it/ })
        .fill(
          `mosquitto_pub -h mqtt.colo.example.com -t "factory-a/Main PLC/write" -m '{"topic":"factory-b","plc":"Main PLC","tag":"Tank.LevelSetpoint","value":65}'`,
        )
      await expect(page.getByRole('region', { name: 'Checks' }).getByRole('status')).toBeVisible()
    },
  },
  {
    name: 'journal',
    prepare: async (page) => {
      await to(page, '#/writeback/journal')
      await page.getByRole('row').nth(2).click()
    },
  },
  {
    name: 'brokers',
    prepare: async (page) => {
      await to(page, '#/brokers/valkey/Central')
      await page.getByRole('button', { name: 'Test', exact: true }).click()
      await expect(page.getByRole('button', { name: 'Test again' })).toBeVisible({ timeout: 20_000 })
    },
  },
  {
    name: 'plcs',
    prepare: async (page) => {
      await to(page, '#/plcs/Main%20PLC')
      await page.getByRole('button', { name: 'Test', exact: true }).click()
      await expect(page.getByRole('button', { name: 'Test again' })).toBeVisible({ timeout: 20_000 })
    },
  },
  { name: 'plc-identity', prepare: (page) => to(page, '#/plcs/Main%20PLC/identity') },
  { name: 'plc-details', prepare: (page) => to(page, '#/plcs/Main%20PLC/details') },
  {
    name: 'isolation',
    prepare: async (page) => {
      await goTo(page, 'i')
      await page.getByRole('button', { name: /Other namespace/ }).click()
    },
  },
  { name: 'isolation-guide', prepare: (page) => to(page, '#/isolation/guide') },
  {
    name: 'monitor',
    prepare: async (page) => {
      await goTo(page, 'm')
      await expect(page.getByRole('row').nth(25)).toBeVisible({ timeout: 20_000 })
      await page.waitForTimeout(8_000)
      await page.getByRole('row').filter({ hasText: 'Tank.Temperature' }).first().click()
    },
  },
  {
    name: 'log',
    prepare: async (page) => {
      await goTo(page, 'l')
      await page.getByRole('row').nth(2).click()
    },
  },
  {
    name: 'namespace',
    prepare: async (page) => {
      await to(page, '#/settings/namespace')
      await page.getByRole('textbox', { name: /New namespace/ }).fill('chicago-line1')
      await page.getByRole('button', { name: 'Look what stands there' }).click()
      await expect(page.getByText(/\d+ retained/)).toBeVisible()
    },
    after: (page) => page.getByRole('button', { name: 'Discard' }).click(),
  },
  { name: 'settings-writes', prepare: (page) => to(page, '#/settings/writes') },
  { name: 'settings-file', prepare: (page) => to(page, '#/settings/file') },
  { name: 'settings-appearance', prepare: (page) => to(page, '#/settings/appearance') },
  { name: 'help', prepare: (page) => to(page, '#/settings/help/write-back') },
  {
    name: 'commands',
    prepare: async (page) => {
      await goTo(page, 't')
      await page.keyboard.press('Control+k')
    },
    after: pressEscape,
  },
  { name: 'keys', prepare: (page) => page.keyboard.press('?'), after: pressEscape },
  {
    name: 'broker-lost',
    prepare: async (page, { mosquitto }) => {
      await goTo(page, 'b')
      await mosquitto.kill()
      await expect(page.getByText('Connection refused').first()).toBeVisible()
    },
    after: async (_, { mosquitto }) => mosquitto.restart(),
  },
]
