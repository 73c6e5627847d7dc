/** Requests that wait, and those that only pass by, on made-up entries: what each look finds is set by the test. */
import { expect, it } from 'vitest'
import type { LeftOver, LeftOvers } from '#main/bridges/inspector'
import type { Service } from '#shared/broker'
import { verdictOf } from './context.ts'
import { leftOversCheck } from './left-overs.ts'
import { forCheck, madeUp, nothing } from './test-site.ts'

const yaml = `namespace: factory
mqtt: [{name: Central, broker: 127.0.0.1}]
valkey: [{name: Central, address: 127.0.0.1, enable_writeback: true}]
kafka: [{name: Central, brokers: [127.0.0.1], enable_writeback: true}]
`

async function made(service: Service, ...looks: readonly (readonly LeftOver[] | LeftOvers)[]) {
  let look = 0
  const leftOvers = async (): Promise<LeftOvers> => {
    const found = looks[look++]
    if (!found) throw new Error('one look too many')
    return 'found' in found ? found : { found, more: false, note: '' }
  }
  const site = madeUp(
    yaml,
    {
      id: { service, name: 'Central' },
      base: 'factory',
      inspector: () => ({
        watch: nothing,
        test: nothing,
        rights: nothing,
        reach: nothing,
        members: nothing,
        leftOvers,
        remove: nothing,
        clock: nothing,
      }),
      requester: () => ({ send: nothing, close: async () => {} }),
    },
    {},
  )
  const findings = await leftOversCheck.run(forCheck(site))
  expect(look, 'looks').toBe(looks.length)
  return `${verdictOf(findings)} ${findings.evidence.map(({ word }) => word).join(', ')}`
}

const list = (...content: string[]): LeftOver => ({
  kind: 'list',
  name: 'factory:writes',
  size: content.length,
  content,
  complete: true,
})

/** Partition 0 of the request topic, with so much of it taken. */
const topic = (taken: number, end: number): LeftOver => ({
  kind: 'topic',
  name: 'factory-writes',
  size: end,
  lag: end - taken,
  untaken: taken < end ? [{ partition: 0, from: taken, to: end }] : [],
  content: [],
  complete: false,
})

it('requests that are taken between two looks pass by, though newer ones are there at each', async () => {
  expect(await made('valkey', [list('a', 'b')], [])).toBe('pass none')
  expect(await made('valkey', [list('a', 'b')], [list('c')])).toBe('pass none')
  expect(await made('kafka', [topic(7, 8)], [topic(8, 8)])).toBe('pass none')
  expect(await made('kafka', [topic(7, 9)], [topic(9, 12)])).toBe('pass none')
})

it('requests that are there at both looks wait, and newer ones do not count', async () => {
  expect(await made('valkey', [list('a', 'b')], [list('a', 'b', 'c')])).toBe('fail 2 requests')
  expect(await made('valkey', [list('a', 'b')], [list('b', 'c')])).toBe('fail 1 requests')
  expect(await made('kafka', [topic(7, 9)], [topic(7, 12)])).toBe('fail 2 requests')
  expect(await made('kafka', [topic(7, 9)], [topic(8, 12)])).toBe('fail 1 requests')
})

it('a request that a gateway takes and puts back, since its journal refuses it, keeps the next one waiting', async () => {
  expect(await made('valkey', [list('b')], [list('a', 'b')])).toBe('fail 1 requests')
})

it('requests too many to be read, or that may not be, count as waiting', async () => {
  const unread = (size: number): LeftOver => ({ ...list(), size, complete: false })
  expect(await made('valkey', [unread(2_000)], [unread(1_500)])).toBe('fail 1500 requests')
  expect(await made('valkey', [unread(2_000)], [])).toBe('pass none')
})

it('what the second look may not see is not proven', async () => {
  const { lag: _, untaken: __, ...unseen } = topic(7, 9)
  expect(await made('kafka', [topic(7, 9)], { found: [unseen], more: false, note: 'may not be described' })).toBe(
    'not-proven none, not seen',
  )
  expect(await made('kafka', [topic(7, 9)], { found: [], more: false, note: 'may not be described' })).toBe(
    'not-proven none, not seen',
  )
})

it('looks once where nothing waits', async () => {
  expect(await made('kafka', [topic(8, 8)])).toBe('pass none')
  expect(await made('valkey', [])).toBe('pass none')
})

it('what fails is told first, and so never cut from a long list', async () => {
  const key = (i: number): LeftOver => ({ kind: 'key', name: `factory:a${i}`, size: 1, content: ['1'], complete: true })
  const found = [...Array.from({ length: 60 }, (_, i) => key(i)), list('a')]
  expect(await made('valkey', found, found)).toMatch(/^fail 1 requests, key, .*, more$/)
})
