import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, rowOf, test } from './page.ts'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const places: readonly (readonly [name: string, hash: string, prepare?: (page: Page) => Promise<void>])[] = [
  [
    'tags with detail and selection',
    '#/tags',
    async (page) => {
      await rowOf(page, 'Batch_Step').click()
      await page.keyboard.press('Shift+ArrowDown')
      await expect(page.getByRole('complementary')).toContainText('Published as')
    },
  ],
  ['add a tag', '#/tags/add'],
  ['import', '#/tags/import'],
  ['namespace', '#/settings/namespace', (page) => page.getByRole('textbox', { name: /New name/ }).fill('x-writes')],
  ['writes', '#/settings/writes'],
  ['left-overs', '#/settings/left-overs/factory-old'],
  ['file', '#/settings/file'],
  ['appearance', '#/settings/appearance'],
  ['help', '#/settings/help/configuration'],
  ['about', '#/settings/about'],
  ['commands', '#/settings/keys', (page) => page.keyboard.press('Control+k')],
  ['keys', '#/settings/keys', (page) => page.keyboard.press('?')],
  [
    'write-back',
    '#/writeback?plc=Main%20PLC&tag=Tank_1.Level_SP',
    async (page) => {
      await expect(page.getByRole('textbox', { name: 'Value' })).not.toHaveValue('')
      await page.getByRole('button', { name: 'Wrong namespace' }).click()
      await expect(page.getByRole('region', { name: 'Result' })).toContainText('as expected')
    },
  ],
  ['why', '#/writeback/why', (page) => page.getByRole('textbox', { name: /Paste/ }).fill('a/b/write {"plc":"x"}')],
  ['journal', '#/writeback/journal', (page) => page.getByRole('row').nth(1).click()],
  ['brokers', '#/brokers/valkey/Central', (page) => page.getByRole('button', { name: 'Test', exact: true }).click()],
  ['plcs', '#/plcs/Main%20PLC', (page) => page.getByRole('button', { name: 'Test', exact: true }).click()],
  ['identity', '#/plcs/Main%20PLC/identity'],
  ['plc details', '#/plcs/Main%20PLC/details'],
  ['monitor', '#/monitor', (page) => page.getByRole('row').nth(2).click()],
  ['log', '#/log', (page) => page.getByRole('row').nth(2).click()],
  ['isolation', '#/isolation', (page) => page.getByRole('button', { name: /Broker rights/ }).click()],
  ['sibling', '#/isolation', (page) => page.getByRole('button', { name: 'Run with a sibling…' }).click()],
  ['guide', '#/isolation/guide'],
]

/** While one is open the page behind it, with its heading, is not there for anybody. */
const dialogs = new Set(['add a tag', 'import', 'commands', 'keys', 'sibling'])

for (const theme of ['light', 'dark', 'contrast'] as const) {
  test(`axe finds nothing in the ${theme} theme`, async ({ show }) => {
    test.setTimeout(600_000)
    const found: string[] = []
    for (const [name, hash, prepare] of places) {
      const page = await show({ theme, hash })
      await prepare?.(page)
      const isDialog = dialogs.has(name)
      if (isDialog) await expect(page.getByRole('dialog')).toBeVisible()
      else await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
      const { violations } = await new AxeBuilder({ page })
        .withTags(rules)
        .disableRules(isDialog ? ['page-has-heading-one'] : [])
        .analyze()
      found.push(...violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes[0]?.html}`))
      await page.context().close()
    }
    expect(found).toEqual([])
  })
}

test('axe finds nothing in first start', async ({ show }) => {
  const page = await show({ state: 'no-file' })
  await page.getByRole('textbox', { name: 'Namespace' }).fill('factory-a')
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
})

test('at 200 % zoom nothing is lost: the screen fits in half the width, and the status bar stays', async ({ show }) => {
  const page = await show({ size: [683, 384], hash: '#/settings/writes' })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  expect(wide).toBe(false)
  await expect(page.getByRole('link', { name: 'factory-a' })).toBeInViewport()
  await page.getByRole('button', { name: 'Save limits' }).scrollIntoViewIfNeeded()
  await expect(page.getByRole('button', { name: 'Save limits' })).toBeInViewport()
})
