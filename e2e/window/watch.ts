import type { Page } from '@playwright/test'

/** What went wrong in a page while it was watched: errors of its console, refusals of its policy, exceptions. */
export interface Watch {
  readonly problems: readonly string[]
  /** What matches was meant to go wrong: a lost connection, say. */
  expect(pattern: RegExp): void
}

export function watch(page: Page): Watch {
  const found: string[] = []
  const expected: RegExp[] = []
  const add = (text: string) => found.push(`${page.url()}: ${text}`)
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy|TrustedHTML/.test(message.text())) add(message.text())
  })
  page.on('pageerror', (error) => add(error.stack ?? error.message))
  page.on('crash', () => add('the page has crashed'))
  return {
    get problems() {
      return found.filter((text) => !expected.some((pattern) => pattern.test(text)))
    },
    expect: (pattern) => void expected.push(pattern),
  }
}
