import { expect, test } from 'vitest'
import { parsePreferences } from './preferences.ts'

test('a text that can not be read gives the defaults', () => {
  for (const text of ['', '{', '[]', 'null', '7']) {
    expect(parsePreferences(text)).toMatchObject({
      theme: 'system',
      density: 'normal',
      siteColour: 'plum',
      watchLists: [],
    })
  }
})

test('one bad key costs only itself, and keys of a newer version are kept', () => {
  const kept = parsePreferences('{"theme":"neon","density":"touch","panes":{"tree":240},"later":{"x":1}}')
  expect(kept).toMatchObject({ theme: 'system', density: 'touch', panes: { tree: 240 }, later: { x: 1 } })
})
