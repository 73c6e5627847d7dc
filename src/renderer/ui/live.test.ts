import { beforeEach, expect, test } from 'vitest'
import { live, showToast } from './live.ts'

const shown = () => live.getState().toasts.map(({ text, times }) => (times === 1 ? text : `${text} ${times} times`))

beforeEach(() => live.setState({ toasts: [] }))

test('the same text again is counted, not stacked', () => {
  showToast({ tone: 'bad', text: 'refused' })
  showToast({ text: 'copied' })
  showToast({ tone: 'bad', text: 'refused' })
  expect(shown()).toEqual(['copied', 'refused 2 times'])
})

test('what can be undone keeps its own undo, though another reads the same', () => {
  const undone: string[] = []
  const undo = (which: string) => ({ label: 'Undo', run: () => void undone.push(which) })
  showToast({ text: '3 tags published', action: undo('first') })
  showToast({ text: '3 tags published', action: undo('second') })
  for (const { action } of live.getState().toasts) action?.run()
  expect(undone).toEqual(['first', 'second'])
})

test('of too many the oldest goes, but never an error that nobody has dismissed', () => {
  showToast({ tone: 'bad', text: 'not saved' })
  for (const text of ['a', 'b', 'c', 'd']) showToast({ text })
  expect(shown()).toEqual(['not saved', 'b', 'c', 'd'])
  for (const text of ['e1', 'e2', 'e3', 'e4']) showToast({ tone: 'bad', text })
  expect(shown()).toEqual(['not saved', 'e1', 'e2', 'e3', 'e4'])
  showToast({ text: 'saved' })
  expect(shown()).toEqual(['not saved', 'e1', 'e2', 'e3', 'e4', 'saved'])
})
