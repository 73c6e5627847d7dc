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

test('a watch list, or a tag in one, that can not be read costs only itself', () => {
  const tags = [{ plc: 'P', address: 'A' }]
  const text = JSON.stringify({
    watchLists: [
      { name: 'good', tags },
      { name: '', tags },
      { name: 'long', tags: [...tags, { plc: 'P', address: 'B'.repeat(600) }] },
      ...Array.from({ length: 60 }, (_, i) => ({ name: `L${i}`, tags })),
    ],
  })
  const { watchLists } = parsePreferences(text)
  expect(watchLists.slice(0, 2)).toEqual([
    { name: 'good', tags },
    { name: 'long', tags },
  ])
  expect(watchLists).toHaveLength(50)
})

test('one bad key costs only itself, and keys of a newer version are kept', () => {
  const kept = parsePreferences('{"theme":"neon","density":"touch","panes":{"tree":240},"later":{"x":1}}')
  expect(kept).toMatchObject({ theme: 'system', density: 'touch', panes: { tree: 240 }, later: { x: 1 } })
})
