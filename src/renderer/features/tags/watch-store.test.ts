import { beforeEach, expect, test } from 'vitest'
import { mostWatchLists, parsePreferences, preferences } from '#renderer/site/preferences'
import { live } from '#renderer/ui/live'
import { addToList, removeList } from './watch-store.ts'

const tag = (address: string) => ({ plc: 'Main PLC', address })
const lists = () => preferences.getState().watchLists
const said = () => live.getState().toasts.at(-1)?.text
/** As they are after the window was loaded again. */
const loaded = () => parsePreferences(JSON.stringify(preferences.getState())).watchLists

beforeEach(() => {
  preferences.setState(parsePreferences(''), true)
  live.setState({ toasts: [] })
})

test('a list more than are kept is not made, and the others stay', () => {
  for (let i = 0; i < mostWatchLists; i++) expect(addToList(`L${i}`, [tag('A')])).toBe(`L${i}`)
  expect(addToList('one more', [tag('A')])).toBeUndefined()
  expect(said()).toBe('Watch list one more was not made: 50 are kept. Remove one that is not needed.')
  expect(loaded()).toEqual(lists())
  expect(loaded()).toHaveLength(mostWatchLists)
  expect(addToList('L7', [tag('B')])).toBe('L7')
})

test('a list from a file without a name gets one; a name too long is cut', () => {
  expect(addToList('', [tag('A')])).toBe('Watch list')
  expect(addToList('x'.repeat(120), [tag('A')])).toBe('x'.repeat(100))
  expect(loaded()).toEqual(lists())
})

test('a tag that can not be read is left out, and it is said', () => {
  addToList('Long', [tag('A'), tag('B'.repeat(401))])
  expect(loaded()).toEqual([{ name: 'Long', tags: [tag('A')] }])
  expect(said()).toContain('1 was left out')
})

test('a list that was removed comes back in full', () => {
  addToList('L', [tag('A'), tag('B')])
  removeList('L')
  live.getState().toasts.at(-1)?.action?.run()
  expect(lists()).toEqual([{ name: 'L', tags: [tag('A'), tag('B')] }])
})
