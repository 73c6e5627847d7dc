/** What a person does in the window, in steps that several journeys share. */
import type { Page } from '@playwright/test'
import { connectAsync } from 'mqtt'
import { expect } from './test.ts'

export const statusBar = (page: Page) => page.getByRole('contentinfo')
export const result = (page: Page) => page.getByRole('region', { name: 'Result' })

const screens = {
  t: 'Tags',
  w: 'Write-back',
  b: 'Brokers',
  p: 'PLCs',
  i: 'Isolation',
  m: 'Monitor',
  l: 'Log',
  s: 'Settings',
} as const

/** By its letter, as the rail says; its keys work when it is there. */
export async function goTo(page: Page, letter: keyof typeof screens): Promise<void> {
  await page.keyboard.press(letter)
  await expect(page.getByRole('heading', { level: 1, name: screens[letter], exact: true })).toBeVisible()
}

/** Until this gateway may write on every broker: a first look, and 3 s of listening, or 25 where it was never before. */
export async function mayWrite(page: Page, brokers = 3): Promise<void> {
  await expect(statusBar(page).getByText('held', { exact: true })).toHaveCount(brokers, { timeout: 60_000 })
}

/** Types into the search of the screen Tags. */
export async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/')
  const field = page.getByRole('searchbox', { name: 'Filter tags' })
  await expect(field).toBeFocused()
  await field.fill(text)
}

/** Chooses a tag in the tester, by what is typed of its name. */
export async function chooseTag(page: Page, tag: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Tag' }).fill(tag)
  await page.getByRole('option', { name: tag }).first().click()
  await expect(page.getByRole('combobox', { name: 'Tag' })).toHaveValue(tag)
}

/** Sends a value through a broker and waits until the PLC was read back. */
export async function write(page: Page, broker: 'MQTT' | 'Valkey' | 'Kafka', value: string): Promise<void> {
  await page.getByRole('radio', { name: `Central (${broker})` }).click()
  const field = page.getByRole('textbox', { name: 'Value' })
  // The value it has comes first; what is typed before that would be written over.
  await expect(field).not.toHaveValue('')
  await field.fill(value)
  const history = page.getByRole('grid', { name: 'Requests sent from here' })
  const before = Number(await history.getAttribute('aria-rowcount'))
  const send = page.getByRole('button', { name: `Write ${value} to ` })
  await send.filter({ hasText: `through ${broker}` }).click()
  await expect(history).toHaveAttribute('aria-rowcount', String(before + 1))
  await expect(result(page)).toContainText('Written and read back', { timeout: 20_000 })
}

/** The newest message a topic holds on the broker, as anybody else gets it. */
export async function retained(port: number, topic: string): Promise<string> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`)
  try {
    const message = new Promise<string>((resolve) => client.once('message', (_, payload) => resolve(String(payload))))
    await client.subscribeAsync(topic)
    return await message
  } finally {
    await client.endAsync(true)
  }
}
