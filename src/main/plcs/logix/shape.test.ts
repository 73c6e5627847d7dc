/** Names of which nothing is known: on a controller that lists no tags, or whose structure could not be learned. */
import { expect, it } from 'vitest'
import { createController } from '#main/plcs/simulator/controller'
import { noFaults } from '#main/plcs/simulator/faults'
import { execute } from '#main/plcs/simulator/message-router'
import { profiles } from '#main/plcs/simulator/profiles'
import { type SimTag, tag } from '#main/plcs/simulator/program'
import { udt } from '#main/plcs/simulator/types'
import { makeExchange } from './exchange.ts'
import { openLanes } from './lanes.ts'
import { makeModel } from './model.ts'
import { makePacketLimit } from './packet-limit.ts'
import { type Controller, makePlan } from './plan.ts'
import type { Wire } from './wire.ts'
import { writeTag } from './write.ts'

const never = new AbortController().signal
const limit = 500

/** A controller without a network, of which only its names are known. */
function unlisted(tags: readonly SimTag[], multiple = true) {
  const options = { profile: profiles.logix5580, serial: 1, slot: 0, faults: noFaults(10) }
  const plc = createController({ ...options, program: { name: 'P', tags } })
  let requests = 0
  const wire: Wire = {
    limit,
    degraded: '',
    silenceMs: 16_000,
    frame: (message) => message,
    send: (message, take) => {
      requests++
      const reply = { bytes: Buffer.alloc(limit), at: 0, limit }
      execute(plc, message, 0, message.length, { routed: true, embedded: false }, reply)
      setImmediate(() => take(reply.bytes.subarray(0, reply.at)))
    },
    resend: () => {},
    close: async () => {},
  }
  const model = makeModel(undefined, true)
  const controller: Controller = {
    exchange: makeExchange(wire, openLanes([wire], { timeoutMs: 5_000, onSilence: () => {} })),
    multiple,
    model: () => model,
    packetLimit: makePacketLimit(wire.limit, () => {}),
    suspect: () => {},
    distrust: () => {},
  }
  const read = async (addresses: readonly string[]) =>
    (await makePlan(addresses, controller).read(never)).outcomes.map((it) => (it.ok ? it.value : it.text))
  const once = { signal: never, deadline: Date.now() + 5_000, guard: () => undefined }
  return {
    plc,
    controller,
    read,
    write: (address: string, value: number | boolean) => writeTag(controller, address, value, once),
    requests: () => requests,
  }
}

const Udt = udt('Udt', { Arr: 'DINT[8]', Flags: 'BOOL[64]', One: 'DINT' })
const tags = () => [
  tag('Table', 'DINT', [100], { value: Array.from({ length: 100 }, (_, i) => i) }),
  tag('Flags', 'BOOL', [64]),
  tag('Word', 'DWORD', [], { value: 5 }),
  tag('Titles', 'STRING', [3]),
  tag('Title', 'STRING', [], { value: 'one' }),
  tag('Udt', Udt),
  tag('Small', 'SINT', [], { value: -5 }),
  tag('Running', 'BOOL', [], { value: true }),
]
const isArray = expect.stringContaining('an array whose length is not known. Name one of its elements.')

it.each([true, false])('an index means the bit of a BOOL array, in packets of several: %s', async (multiple) => {
  const { plc, read, write } = unlisted(tags(), multiple)
  plc.set('Flags[1]', true)
  plc.set('Flags[40]', true)
  plc.set('Udt.Flags[37]', true)
  const addresses = ['Flags[1]', 'Flags[2]', 'Flags[40]', 'Udt.Flags[37]', 'Udt.Flags[5]', 'Table[40]', 'Table[5].0']
  expect(await read(addresses)).toEqual([true, false, true, true, false, 40, true])
  expect(await read(['Flags[40].1'])).toEqual([expect.stringContaining('a bit of a BOOL does not exist')])
  expect(await write('Flags[33]', true)).toEqual({ kind: 'done' })
  expect(await write('Flags[1]', 0xff)).toMatchObject({ kind: 'refused' })
  expect(plc.writeLog.map(({ address, value }) => [address, value])).toEqual([['Flags[33]', true]])
})

it('an array is neither shown as its first element nor written there', async () => {
  const { plc, read, write } = unlisted(tags())
  const addresses = [
    'Table',
    'Titles',
    'Udt.Arr',
    'Flags',
    'Table.3',
    'Word',
    'Word.2',
    'Title',
    'Udt.One',
    'Small',
    'Running',
  ]
  expect(await read(addresses)).toEqual([isArray, isArray, isArray, isArray, isArray, 5, true, 'one', 0, -5, true])
  for (const address of ['Table', 'Udt.Arr', 'Flags'])
    expect(await write(address, 1)).toEqual({ kind: 'refused', error: isArray })
  expect(await write('Udt.One', 3)).toEqual({ kind: 'done' })
  expect(await write('Table[2]', 3)).toEqual({ kind: 'done' })
  expect(plc.writeLog.map(({ address }) => address)).toEqual(['Udt.One', 'Table[2]'])
})

it('what is behind a name is asked once for each plan', async () => {
  const { controller, requests } = unlisted(tags())
  const plan = makePlan(['Small', 'Running', 'Table[3]'], controller)
  await plan.read(never)
  const before = requests()
  await plan.read(never)
  expect(requests() - before).toBe(1)
})
