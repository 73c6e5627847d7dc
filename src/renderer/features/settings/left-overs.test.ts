import { expect, test } from 'vitest'
import type { LeftOverItem } from '#shared/site'
import { countText, lasting } from './left-overs.ts'

const item = (kind: LeftOverItem['kind'], lag?: number): LeftOverItem => ({
  kind,
  name: 'n',
  size: 1,
  preview: '',
  inUse: false,
  ...(lag === undefined ? {} : { lag }),
})

test('what stands there is counted by kind, with requests that nobody took', () => {
  expect(countText({ items: [item('retained'), item('retained')], more: false })).toBe('2 retained messages')
  expect(countText({ items: [item('topic', 3), item('group')], more: true })).toBe(
    '1 topic, 1 consumer group, 3 requests not taken, and more',
  )
  expect(countText({ items: [], more: false })).toBe('nothing')
})

test('topics and groups are not removed by default', () => {
  expect((['retained', 'key', 'list', 'topic', 'group'] as const).filter((kind) => lasting(item(kind)))).toEqual([
    'topic',
    'group',
  ])
})
