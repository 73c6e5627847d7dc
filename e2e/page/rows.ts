import type { Page } from '@playwright/test'

/** The row of a tag in the table. */
export function rowOf(page: Page, address: string) {
  return page.getByRole('row').filter({ has: page.getByTitle(address, { exact: true }) })
}
