import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepPreferences, parsePreferences, setPreferences } from './preferences.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

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

test('more than is kept is told, with what to do, and not sent; what fits again is saved', async () => {
  const call = vi.fn(async (name: string) => (name === 'app.preferences' ? { text: '' } : { error: '' }))
  const failed = vi.fn()
  const stop = await keepPreferences({ call: call as never }, failed)
  const tags = Array.from({ length: 500 }, (_, i) => ({ plc: 'Main PLC', address: `${'A'.repeat(30)}${i}` }))
  setPreferences({ watchLists: Array.from({ length: 20 }, (_, i) => ({ name: `L${i}`, tags })) })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(failed).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/at most 256 KB are kept\. Remove tags/))
  expect(call).not.toHaveBeenCalledWith('app.savePreferences', expect.anything())
  setPreferences({ watchLists: [{ name: 'L0', tags }] })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(call).toHaveBeenCalledWith('app.savePreferences', { text: expect.stringContaining('"L0"') })
  expect(failed).toHaveBeenCalledOnce()
  stop()
})
