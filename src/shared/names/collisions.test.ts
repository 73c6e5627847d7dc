import { describe, expect, it } from 'vitest'
import type { Service } from '#shared/broker'
import { type BaseUse, baseCollisions, repeats } from './collisions.ts'

const use = (service: Service, namespace: string, selector?: string, brokers = ['h:1']): BaseUse => ({
  service,
  namespace,
  brokers,
  ...(selector === undefined ? {} : { selector }),
})
const texts = (...uses: BaseUse[]) => baseCollisions(uses).map(({ text }) => text)

describe('collisions', () => {
  it('are two uses of one base on one broker', () => {
    for (const service of ['mqtt', 'valkey', 'kafka'] as const) {
      expect(texts(use(service, 'n'), use(service, 'n'))).toEqual([
        expect.stringContaining('both have the base "n" on the same broker'),
      ])
      expect(texts(use(service, 'n'), use(service, 'n', 's'))).toEqual([])
      expect(texts(use(service, 'n'), use(service, 'n', undefined, ['other:1']))).toEqual([])
    }
    expect(texts(use('mqtt', 'n'), use('valkey', 'n'))).toEqual([])
  })

  it('are told once for each use, also where two clusters share more than one broker', () => {
    expect(texts(use('kafka', 'n', undefined, ['a', 'b', 'c']), use('kafka', 'n', undefined, ['c', 'b']))).toHaveLength(
      1,
    )
  })

  it('are different namespace and selector with one Kafka base', () => {
    expect(texts(use('kafka', 'factory', 'a'), use('kafka', 'factory-a'))).toEqual([
      expect.stringContaining('different namespace and selector give the same base "factory-a"'),
    ])
    expect(texts(use('mqtt', 'factory', 'a'), use('mqtt', 'factory-a'))).toEqual([])
  })

  it.each([
    ['x', 'x-writes', 'write topic'],
    ['x', 'x-write-responses', 'response topic'],
    ['x', 'x.health', 'health topic'],
    ['x-writes', 'x', 'write topic'],
  ])('are the bases %s and %s: one is a topic of the other', (one, two, what) => {
    expect(texts(use('kafka', one), use('kafka', two))[0]).toContain(what)
  })

  it('are Kafka topics that differ in "." and "_" only', () => {
    expect(texts(use('kafka', 'a.b'), use('kafka', 'a_b'))[0]).toContain('differ only in "." and "_"')
    expect(texts(use('kafka', 'x'), use('kafka', 'x_health'))[0]).toContain('differ only in "." and "_"')
    expect(texts(use('mqtt', 'a.b'), use('mqtt', 'a_b'))).toEqual([])
  })
})

describe('repeats', () => {
  it('are told with the first of their kind', () => {
    expect(repeats(['a', 'b', 'A', 'a'], (text) => text.toLowerCase())).toEqual([
      { first: 'a', again: 'A' },
      { first: 'a', again: 'a' },
    ])
  })
})
