/** Listing a large controller beside its polls. */
import { expect, it } from 'vitest'
import { silentLog } from '#main/log'
import { createDriver } from './index.ts'
import { benchName, benchProgram } from './simulator/bench-program.ts'
import { tag } from './simulator/program.ts'
import { connect, never, open, plcConfig, simulate } from './test-controllers.ts'

const count = 20_000
const large = {
  ...benchProgram(count, 0),
  tags: [
    ...benchProgram(count, 0).tags,
    tag('Local:1:I', 'DINT'),
    tag('__Internal', 'DINT'),
    tag('Locked', 'DINT', [], { access: 'read-only' }),
    tag('Secret', 'DINT', [], { access: 'none' }),
  ],
}

it('twenty thousand tags come in pages, with their progress and why some are hidden', async () => {
  const connection = await connect(await simulate('logix5580', { program: large }))
  expect(connection.details.tags).toBe(count + 3)
  let done = 0
  const hidden = new Map<string, string>()
  for await (const page of connection.browse?.(never) ?? []) {
    done += page.entries.length
    expect(page).toMatchObject({ done, total: count + 3 })
    for (const entry of page.entries) if (entry.hidden) hidden.set(entry.name, entry.hidden)
    const locked = page.entries.find(({ name }) => name === 'Locked')
    if (locked) expect(locked.access).toBe('read-only')
  }
  expect(done).toBe(count + 3)
  expect(Object.fromEntries(hidden)).toEqual({ 'Local:1:I': 'module-io', __Internal: 'internal' })
})

it('polls go ahead of a list that is read beside them: at most one packet of it to sixteen of theirs', async () => {
  const simulator = await simulate('logix5570', { program: large })
  const driver = createDriver(plcConfig(simulator, { connections: 1 }), { log: silentLog })
  await (await driver.connect({ signal: never })).close()
  // The second connection knows the tags, and checks them behind the polls.
  const connection = await driver.connect({ signal: never })
  open.push(connection)
  const plan = connection.plan(Array.from({ length: 5_000 }, (_, i) => benchName(i)))
  await plan.read(never)
  const { counters } = simulator
  const before = { list: counters.listServices, all: counters.connectedRequests }
  while (connection.details.addressingText === 'its tag list is being checked') await plan.read(never)
  const listed = counters.listServices - before.list
  expect(listed, 'the list was read to its end beside the polls').toBeGreaterThan(20)
  expect(listed).toBeLessThanOrEqual(Math.ceil((counters.connectedRequests - before.all) / 16) + 5)
})

it('listing ends when it is cancelled', async () => {
  const simulator = await simulate('logix5580', { program: large })
  const connection = await connect(simulator)
  const cancel = new AbortController()
  const pages: number[] = []
  const browsed = (async () => {
    for await (const page of connection.browse?.(cancel.signal) ?? []) {
      pages.push(page.done)
      cancel.abort(new Error('enough'))
    }
  })()
  await expect(browsed).rejects.toThrow('enough')
  expect(pages).toHaveLength(1)
})
