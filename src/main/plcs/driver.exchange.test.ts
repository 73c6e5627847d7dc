/**
 * Without a connection each message goes to whatever sits in the slot: a CPU that is pulled or exchanged while the
 * module before it stays on the network is noticed, and nothing is written to the wrong one.
 */
import { describe, expect, it } from 'vitest'
import type { PlcConnection } from './driver.ts'
import type { Simulator } from './simulator/simulator.ts'
import { connect, never, now, program, read, simulate } from './test-controllers.ts'

const outOfConnections = { status: 0x01, extended: [0x0113] }

/** A PLC that has no connection left. */
async function unconnected(): Promise<{ simulator: Simulator; connection: PlcConnection }> {
  const simulator = await simulate('logix5580', { serial: 0x1111 })
  simulator.faults.refuseForwardOpen = outOfConnections
  const connection = await connect(simulator)
  expect(connection.degraded).toContain('unconnected messages are used')
  expect(await read(connection, ['Counter'])).toEqual([42])
  return { simulator, connection }
}

describe('without a connection', () => {
  it.each([[['Counter']], [['Counter', 'Running', 'Title']]])(
    'a CPU that is pulled is a lost link, told at the next read (%j)',
    async (addresses) => {
      const { simulator, connection } = await unconnected()
      const plan = connection.plan(addresses)
      await plan.read(never)
      const before = simulator.counters.requests
      simulator.exchangeCpu({ slot: 5 })
      await expect(plan.read(never)).rejects.toThrow('no module answers in this slot')
      expect((await connection.lost).message).toMatch(
        /^127\.0\.0\.1:\d+: the link is lost: hop 1 of 1 \(backplane, slot 0\): no module answers in this slot \(CIP/,
      )
      expect(simulator.counters.requests - before).toBeLessThanOrEqual(1)
    },
  )

  it('a write to a CPU that is pulled is answered, and those that wait behind it are not sent', async () => {
    const { simulator, connection } = await unconnected()
    simulator.exchangeCpu({ slot: 5 })
    const outcomes = await Promise.all([
      connection.write('Counter', 1, now()),
      connection.write('Word', 2, now()),
      connection.write('Small', 3, now()),
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['not-sent', 'not-sent', 'not-sent'])
    expect(outcomes[0]).toMatchObject({ error: expect.stringContaining('no module answers in this slot') })
    await connection.lost
  })

  it('another CPU ends the link before its tags are listed', async () => {
    const { simulator, connection } = await unconnected()
    const plan = connection.plan(['Counter', 'Word'])
    await plan.read(never)
    const lists = simulator.counters.listServices
    simulator.exchangeCpu({ serial: 0x2222 })
    simulator.download({ ...program, tags: program.tags.toReversed() })
    await plan.read(never).catch(() => {})
    expect((await connection.lost).message).toMatch(
      /another controller answers now: .*serial 00002222; it was .*serial 00001111/,
    )
    expect(simulator.counters.listServices).toBe(lists)
  })

  it.each([
    ['a value', 'Counter', 1],
    ['a bit', 'Word.3', true],
    [
      'an array',
      'Table',
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ],
  ] as const)('%s is never written to another CPU, even one with the same program', async (_, address, value) => {
    const { simulator, connection } = await unconnected()
    await read(connection, [address])
    simulator.exchangeCpu({ serial: 0x2222 })
    expect(await connection.write(address, value as never, now())).toMatchObject({
      kind: 'not-sent',
      reason: 'not-connected',
      error: expect.stringContaining('another controller answers now'),
    })
    expect(simulator.writeLog).toEqual([])
    await connection.lost
  })

  it('writes go through where the controller is the same', async () => {
    const { simulator, connection } = await unconnected()
    expect(await connection.write('Counter', 7, now())).toEqual({ kind: 'done' })
    expect(await connection.write('Word.0', true, now())).toEqual({ kind: 'done' })
    expect(simulator.get('Counter')).toBe(7)
  })
})
