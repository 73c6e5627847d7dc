import BrokerPool from 'kafkajs/src/cluster/brokerPool.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { askAnyBroker } from './any-broker.ts'

/** A cluster whose brokers are connected, can be reached, or can not. */
function cluster(states: readonly ('connected' | 'reachable' | 'away')[]) {
  const dialled: string[] = []
  const pool: BrokerPool = Object.create(BrokerPool.prototype)
  pool.brokers = Object.fromEntries(states.map((state, i) => [`${i}`, { isConnected: () => state === 'connected' }]))
  pool.findBroker = async ({ nodeId }) => {
    const broker = pool.brokers[nodeId]
    if (!broker) return await BrokerPool.prototype.findBroker.call(pool, { nodeId })
    const state = states[Number(nodeId)]
    if (state !== 'connected') dialled.push(nodeId)
    if (state === 'away') throw new Error(`${nodeId} is away`)
    return broker
  }
  return { pool, dialled }
}

describe('a question that every broker can answer', () => {
  beforeAll(askAnyBroker)

  it('goes to a broker that is connected, and dials none', async () => {
    for (let round = 0; round < 20; round++) {
      const { pool, dialled } = cluster(['away', 'reachable', 'connected', 'away'])
      expect(await pool.withBroker(async ({ nodeId }) => nodeId)).toBe('2')
      expect(dialled).toEqual([])
    }
  })

  it('goes to whoever can be reached where none is connected', async () => {
    const { pool } = cluster(['away', 'away', 'reachable'])
    expect(await pool.withBroker(async ({ nodeId }) => nodeId)).toBe('2')
  })

  it('goes on to the others where one does not answer', async () => {
    const { pool } = cluster(['connected', 'reachable', 'away'])
    const asked: string[] = []
    const answer = pool.withBroker(async ({ nodeId }) => {
      asked.push(nodeId)
      if (nodeId === '0') throw new Error('Closed connection')
      return nodeId
    })
    expect(await answer).toBe('1')
    expect(asked).toEqual(['0', '1'])
  })

  it('has no answer where each one gave an error, and fails where none could be reached', async () => {
    const { pool } = cluster(['connected', 'away'])
    expect(await pool.withBroker(() => Promise.reject(new Error('no')))).toBeNull()
    await expect(cluster(['away', 'away']).pool.withBroker(async () => 1)).rejects.toThrow('is away')
    await expect(cluster([]).pool.withBroker(async () => 1)).rejects.toMatchObject({ name: 'KafkaJSBrokerNotFound' })
  })
})
