import { expect, test } from 'vitest'
import { oneConnection, type Usable } from './one-connection.ts'

const never = new AbortController().signal

/** A connection that a test can lose. */
function fake() {
  let lose: (error: Error) => void = () => {}
  let ended: Error | undefined
  let closed = 0
  const lost = new Promise<Error>((resolve) => {
    lose = (error) => {
      ended = error
      resolve(error)
    }
  })
  const usable: Usable = {
    lost,
    ended: () => ended,
    close: async () => {
      closed++
    },
  }
  return { usable, lose, closed: () => closed }
}

test('opens once for all who ask at the same time, and anew after a loss', async () => {
  const made: ReturnType<typeof fake>[] = []
  const one = oneConnection(async () => {
    const next = fake()
    made.push(next)
    return next.usable
  }, 'closed')
  const [a, b] = await Promise.all([one.get(never), one.get(never)])
  expect([a === b, made.length]).toEqual([true, 1])
  made[0]?.lose(new Error('gone'))
  expect(await one.get(never)).not.toBe(a)
  expect(made.length).toBe(2)
})

test('who gives up waiting does not take the connection from the others', async () => {
  const stop = new AbortController()
  let open: (usable: Usable) => void = () => {}
  const one = oneConnection(
    () =>
      new Promise<Usable>((resolve) => {
        open = resolve
      }),
    'closed',
  )
  const [first, second] = [one.get(stop.signal), one.get(never)]
  stop.abort(new Error('stopped'))
  await expect(first).rejects.toThrow('stopped')
  const { usable } = fake()
  open(usable)
  expect(await second).toBe(usable)
})

test('a failed opening is told, and the next one tries again', async () => {
  let tries = 0
  const { usable } = fake()
  const one = oneConnection(async () => {
    if (++tries === 1) throw new Error('refused')
    return usable
  }, 'closed')
  await expect(one.get(never)).rejects.toThrow('refused')
  expect(await one.get(never)).toBe(usable)
})

test('tells a loss to those who wait for it, at once where it has happened, and to nobody else', async () => {
  const { usable, lose } = fake()
  const one = oneConnection(async () => usable, 'closed')
  const connection = await one.get(never)
  const told: string[] = []
  one.onLost(connection, () => told.push('waits'))
  one.onLost(connection, () => told.push('left'))()
  lose(new Error('gone'))
  await connection.lost
  one.onLost(connection, () => told.push('late'))
  expect(told).toEqual(['waits', 'late'])
})

test('closes what is open, gives up what is being opened, and opens nothing afterwards', async () => {
  const { usable, closed } = fake()
  const one = oneConnection(async () => usable, 'closed for good')
  await one.get(never)
  await one.close()
  expect(closed()).toBe(1)
  await expect(one.get(never)).rejects.toThrow('closed for good')
  const slow = oneConnection(
    (signal) =>
      new Promise<Usable>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('given up')))
      }),
    'closed',
  )
  const waiting = slow.get(never).catch((error: Error) => error.message)
  await slow.close()
  expect(await waiting).toBe('given up')
})
