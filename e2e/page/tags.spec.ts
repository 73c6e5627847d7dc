import { expect, rowOf, test } from './page.ts'

test('a tag is found, made writable and taken back, all by keyboard', async ({ show }) => {
  const page = await show({ hash: '#/settings/about' })
  await page.keyboard.press('t')
  await expect(page.getByRole('heading', { name: 'Tags', level: 1 })).toBeVisible()
  await page.keyboard.press('/')
  await expect(page.getByRole('searchbox', { name: 'Filter tags' })).toBeFocused()
  await page.keyboard.type('tank_1 level')
  const row = rowOf(page, 'Tank_1.Level')
  // Filtered: else the arrows go to rows that are about to leave.
  await expect(row).toHaveAttribute('aria-rowindex', '2')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect(row).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('complementary', { name: 'Detail of Tank_1.Level' })).toBeVisible()
  await page.keyboard.press('w')
  await expect(row.getByRole('checkbox', { name: 'Tank_1.Level writable' })).toHaveAttribute('aria-checked', 'true')
  await expect(page.getByRole('article').getByText('Tank_1.Level writable from now on')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).press('Enter')
  await expect(row.getByRole('checkbox', { name: 'Tank_1.Level writable' })).toHaveAttribute('aria-checked', 'false')
})

for (const [key, what] of [
  ['w', 'writable'],
  ['Space', 'published'],
] as const) {
  test(`${key} held down in the table acts once; arrows held down go on`, async ({ show }) => {
    const page = await show({ hash: '#/tags' })
    await rowOf(page, 'Alarm_Word').click()
    const box = page.getByRole('checkbox', { name: `Alarm_Word ${what}` })
    const before = await box.getAttribute('aria-checked')
    for (let i = 0; i < 4; i++) await page.keyboard.down(key)
    await page.keyboard.up(key)
    await page.keyboard.down('ArrowDown')
    await page.keyboard.down('ArrowDown')
    await page.keyboard.up('ArrowDown')
    await expect(rowOf(page, 'Batch_Step')).toHaveAttribute('aria-selected', 'true')
    // Changes are saved one after the other: once this one is there, so are those before it.
    const last = page.getByRole('checkbox', { name: `Batch_Step ${what}` })
    const lastBefore = await last.getAttribute('aria-checked')
    await page.keyboard.press(key)
    await expect(last).not.toHaveAttribute('aria-checked', lastBefore ?? '')
    await expect(box).not.toHaveAttribute('aria-checked', before ?? '')
    expect(await page.evaluate(() => window.fixture.asked('config.change'))).toHaveLength(2)
  })
}

test('several rows are selected with Shift, and Space publishes or stops all of them', async ({ show }) => {
  const page = await show({ hash: '#/tags' })
  await rowOf(page, 'Alarm_Word').click()
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByRole('toolbar', { name: 'Selected tags' })).toContainText('3 selected')
  await page.keyboard.press('Space')
  for (const name of ['Alarm_Word', 'Batch_Id', 'Batch_Step']) {
    await expect(page.getByRole('checkbox', { name: `${name} published` })).toHaveAttribute('aria-checked', 'false')
  }
})

test('Space after a click on a box acts on the row of the box, not on those selected before', async ({ show }) => {
  const page = await show({ hash: '#/tags' })
  const box = (name: string) => page.getByRole('checkbox', { name: `${name} published` })
  await rowOf(page, 'Alarm_Word').click()
  await page.keyboard.press('Shift+ArrowDown')
  await box('CIP_Active').click()
  await expect(box('CIP_Active')).toHaveAttribute('aria-checked', 'false')
  await expect(rowOf(page, 'CIP_Active')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Space')
  await expect(box('CIP_Active')).toHaveAttribute('aria-checked', 'true')
  for (const name of ['Alarm_Word', 'Batch_Id']) await expect(box(name)).toHaveAttribute('aria-checked', 'true')
  await page.keyboard.press('ArrowDown')
  await expect(rowOf(page, 'Feed_Pump_Current')).toHaveAttribute('aria-selected', 'true')
})

test('a structure opens and closes with the arrow keys, and shows what is published below it', async ({ show }) => {
  const page = await show({ hash: '#/tags' })
  const tank = rowOf(page, 'Tank_1')
  await tank.click()
  await expect(tank.getByRole('checkbox', { name: 'Tank_1 published' })).toHaveAttribute('aria-checked', 'mixed')
  await page.keyboard.press('ArrowRight')
  await expect(tank).toHaveAttribute('aria-expanded', 'true')
  await expect(rowOf(page, 'Tank_1.Inflow_SP')).toHaveAttribute('aria-level', '2')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(tank).toHaveAttribute('aria-expanded', 'false')
})

test('the detail gives the exact address on each broker, to copy', async ({ show }) => {
  const page = await show({ hash: '#/tags?q=inflow_sp' })
  await rowOf(page, 'Tank_1.Inflow_SP').click()
  const detail = page.getByRole('complementary')
  for (const [what, text] of [
    ['MQTT topic', 'factory-a/Main PLC/tags/Tank_1.Inflow_SP'],
    ['Valkey key', 'factory-a:Main PLC:tags:Tank_1.Inflow_SP'],
    ['Kafka key', 'Main PLC.Tank_1.Inflow_SP'],
  ] as const) {
    await detail.getByRole('button', { name: `Copy ${what}`, exact: true }).click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(text)
  }
  await detail.getByRole('button', { name: /^Copy mosquitto_pub/ }).click()
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toContain("-t 'factory-a/Main PLC/write'")
})

test('a search over several PLCs says of which each tag is, and what is chosen on the left narrows it', async ({
  show,
}) => {
  const page = await show({ hash: '#/tags?q=count' })
  await expect(page.getByRole('treeitem', { name: 'All PLCs' })).toHaveAttribute('aria-selected', 'true')
  await expect(rowOf(page, 'Counter').getByRole('gridcell', { name: 'Packaging' })).toBeVisible()
  await page
    .getByRole('treeitem', { name: /^Controller t/ })
    .first()
    .click()
  await expect(rowOf(page, 'Counter')).toHaveCount(0)
  await page.getByRole('button', { name: 'Look in all tags' }).click()
  await expect(rowOf(page, 'Counter')).toBeVisible()
})

test('the tags that are not good are all shown by one press, the stale ones too', async ({ show }) => {
  const page = await show({ hash: '#/tags' })
  await page.getByRole('button', { name: 'Not good 1' }).click()
  await expect(rowOf(page, 'Header_Pressure')).toContainText('Stale')
  await expect(page.getByRole('row')).toHaveCount(2)
})

test('the screen is found again as it was left, after W too', async ({ show }) => {
  const page = await show({ hash: '#/tags' })
  await page.getByRole('searchbox', { name: 'Filter tags' }).fill('tank')
  await page.getByRole('radio', { name: 'Flat' }).click()
  await rowOf(page, 'Tank_1.Inflow_SP').click()
  await page.keyboard.press('W')
  await expect(page.getByRole('heading', { name: 'Write-back', level: 1 })).toBeVisible()
  await page.getByRole('link', { name: /^Tags/ }).click()
  await expect(page.getByRole('searchbox', { name: 'Filter tags' })).toHaveValue('tank')
  await expect(page.getByRole('radio', { name: 'Flat' })).toBeChecked()
  await expect(page.getByRole('complementary', { name: 'Detail of Tank_1.Inflow_SP' })).toBeVisible()
  await expect(rowOf(page, 'Tank_1.Inflow_SP')).toHaveAttribute('aria-selected', 'true')
})

test('a link sets filters once; what one chooses afterwards counts', async ({ show }) => {
  const page = await show({ hash: '#/tags?only=published' })
  const chip = page.getByRole('button', { name: /^Published/ })
  await expect(chip).toHaveAttribute('aria-pressed', 'true')
  await chip.click()
  await page.keyboard.press('?')
  await page.keyboard.press('Escape')
  await expect(chip).toHaveAttribute('aria-pressed', 'false')
})

test('links of a PLC lead to its tags, and to one of them with its detail', async ({ show }) => {
  const page = await show({ hash: '#/tags?plc=Packaging' })
  await expect(page.getByRole('treeitem', { name: 'Packaging' })).toHaveAttribute('aria-selected', 'true')
  await expect(rowOf(page, 'Counter')).toBeVisible()
  await expect(rowOf(page, 'Alarm_Word')).toHaveCount(0)
  await page.goto(`${page.url().split('#')[0]}#/plcs/Main PLC/details`)
  await page.getByRole('link', { name: 'Header_Pressure' }).click()
  await expect(page.getByRole('complementary', { name: 'Detail of Header_Pressure' })).toBeVisible()
})

test('without a PLC one is added, found, or the demo site opened', async ({ show }) => {
  const page = await show({ state: 'no-plc', hash: '#/tags' })
  await expect(page.getByRole('button', { name: 'Open the demo site' })).toBeVisible()
  await page.getByRole('button', { name: 'Find on the network' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.getByRole('link', { name: /^Tags/ }).click()
  await page.getByRole('button', { name: 'Add PLC' }).click()
  await expect(page.getByRole('region', { name: 'New PLC' })).toBeVisible()
})

test('the detail has the whole of a long value, which the keys can scroll, and commands only with a whole one', async ({
  show,
}) => {
  const page = await show({ hash: '#/tags?q=recipe_table' })
  await rowOf(page, 'Recipe_Table').click()
  const detail = page.getByRole('complementary', { name: 'Detail of Recipe_Table' })
  const value = detail.getByText('1999', { exact: false })
  await expect(value).toHaveAttribute('tabindex', '0')
  await page.keyboard.press('w')
  await detail.getByRole('button', { name: /^Copy mosquitto_pub/ }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/1998,1999\]/)
})

test('a stale value is told as such, with its age, and looks other than a live one', async ({ show }) => {
  const page = await show({ hash: '#/tags' })
  const row = rowOf(page, 'Header_Pressure')
  await expect(row).toContainText('Stale')
  await expect(row).toContainText(/\d s/)
  const style = await row.getByText('3', { exact: true }).evaluate((element) => getComputedStyle(element).fontStyle)
  expect(style).toBe('italic')
})

/** Each shows none of the rows of before. */
const jumps = 60

test('fifty thousand tags scroll and filter with only the rows in sight in the page', async ({ show }) => {
  const page = await show({ tags: 50_000, hash: '#/tags' })
  await page
    .getByRole('treeitem', { name: /Controller t/ })
    .last()
    .click()
  const grid = page.getByRole('treegrid')
  await expect(grid).toHaveAttribute('aria-rowcount', '50004')
  await grid.focus()
  await page.keyboard.press('End')
  await expect(rowOf(page, 'Reject_Count')).toBeVisible()
  // The heading stays above the rows.
  await expect(page.getByRole('columnheader', { name: 'Value' })).toBeInViewport({ ratio: 1 })
  expect(await page.getByRole('row').count()).toBeLessThan(90)
  // Time of the page's own thread: what else the machine does is not counted.
  const metrics = await page.context().newCDPSession(page)
  await metrics.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async () => {
    const { metrics: all } = await metrics.send('Performance.getMetrics')
    return (all.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
  }
  const before = await spent()
  await grid.evaluate(async (element, times) => {
    for (let i = 0; i < times; i++) {
      element.scrollTop = i * 9_000
      await new Promise(requestAnimationFrame)
    }
  }, jumps)
  const perJumpMs = ((await spent()) - before) / jumps
  test.info().annotations.push({ type: 'thread ms for a jump to other rows', description: perJumpMs.toFixed(1) })
  expect(perJumpMs).toBeLessThan(60)
  await page.keyboard.press('/')
  await page.keyboard.type('sensor_49999')
  await expect(rowOf(page, 'Line_39_Sensor_49999')).toBeVisible()
  expect(await page.getByRole('row').count()).toBe(2)
})

test('tags go into a watch list that is still there after the window was loaded again', async ({ show }) => {
  const page = await show({ hash: '#/tags' })
  await rowOf(page, 'Heartbeat').click()
  await page.keyboard.press('a')
  await page.getByRole('textbox', { name: 'New list' }).fill('Commissioning')
  await page.keyboard.press('Enter')
  const list = page.getByRole('treeitem', { name: 'Watch list Commissioning' })
  await expect(list).toBeVisible()
  await expect.poll(() => page.evaluate(() => localStorage.getItem('fixture'))).toContain('Commissioning')
  await page.reload()
  await list.click()
  await expect(rowOf(page, 'Heartbeat')).toBeVisible()
})

test('a CSV file is imported only after what each line does was shown, and not with a wrong line', async ({ show }) => {
  const page = await show({ hash: '#/tags/import' })
  const file = { name: 'tags.csv', mimeType: 'text/csv', buffer: Buffer.from('plc,tag\nMain PLC,Nope tag\n') }
  await page.getByLabel('Tags as CSV', { exact: true }).setInputFiles(file)
  await expect(page.getByRole('dialog')).toContainText('1 wrong')
  await expect(page.getByRole('dialog')).toContainText('is no tag address')
  await expect(page.getByRole('button', { name: /^Import/ })).toHaveAttribute('aria-disabled', 'true')
})

test('what was read once is shown for its own PLC only; the PLC chosen is not kept for the next opening', async ({
  show,
}) => {
  const page = await show({ hash: '#/tags/add' })
  const dialog = page.getByRole('dialog', { name: 'Add a tag' })
  const plc = dialog.getByRole('combobox', { name: 'PLC' })
  await dialog.getByRole('textbox', { name: 'Address' }).fill('Zone_Temps[3]')
  await dialog.getByRole('button', { name: 'Read it once' }).click()
  const read = dialog.getByText('Read', { exact: true })
  await expect(read).toBeVisible()
  await plc.click()
  await page.getByRole('option', { name: 'Packaging' }).click()
  await expect(plc).toContainText('Packaging')
  await expect(read).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toHaveCount(0)
  await page.evaluate(() => location.assign('#/tags/add'))
  await expect(plc).toContainText('Main PLC')
})
