import { expect, test } from 'vitest'
import { helpHref, slugOf } from './help-links.ts'

const pages = ['configuration', 'write-back']

test('links between pages and to headings stay in the window', () => {
  expect(helpHref('write-back.md', 'configuration', pages)).toBe('#/settings/help/write-back')
  expect(helpHref('#secrets', 'configuration', pages)).toBe('#/settings/help/configuration/secrets')
  expect(helpHref('./write-back.md#delivery', 'configuration', pages)).toBe('#/settings/help/write-back/delivery')
})

test('what leads elsewhere is no link: the window works without a network', () => {
  expect(helpHref('https://example.com/configuration.md', 'configuration', pages)).toBeUndefined()
  expect(helpHref('../README.md', 'configuration', pages)).toBeUndefined()
})

test('a heading has the anchor that its links expect', () => {
  expect(slugOf('`plc not connected`, or the PLC does not come online')).toBe(
    'plc-not-connected-or-the-plc-does-not-come-online',
  )
  expect(slugOf('Secrets')).toBe('secrets')
})
