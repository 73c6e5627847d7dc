import { describe, expect, it } from 'vitest'
import { type SimProgram, tag } from './program.ts'
import { hex, path, readTag, request, u16, u32, until } from './test-raw-client.ts'
import { testBed } from './test-simulators.ts'
import { udt } from './types.ts'

const pair = udt('Pair', { Count: 'DINT', Open: 'BOOL' })
const program: SimProgram = {
  name: 'Controls',
  tags: [tag('Counter', 'DINT', [], { value: 1 }), tag('Long', 'LINT'), tag('Pair', pair), tag('Steps', 'DINT')],
  process: { periodMs: 5, start: (tags) => () => tags.set('Steps', Number(tags.get('Steps')) + 1) },
}
const bed = testBed()
const counter = readTag(path('Counter'))

async function plc() {
  const simulator = await bed.start({ program, packetTimeMs: 0 })
  const client = await bed.client(simulator)
  const { id } = await client.open()
  return { simulator, client, id }
}

describe('controls of a running simulator', () => {
  it.each([
    ['mute on', { mute: true }, 'mute on: nothing is answered'],
    ['refuse on', { refuseConnections: true }, 'refuse on: new TCP connections are reset'],
    ['delay 8', { packetTimeMs: 8, jitterMs: 0 }, 'delay 8 ms, jitter 0 ms'],
    ['delay 8 3', { packetTimeMs: 8, jitterMs: 3 }, 'delay 8 ms, jitter 3 ms'],
    ['chunk 7', { chunkBytes: 7 }, 'replies leave in pieces of 7 bytes'],
    ['lose 3', { loseEvery: 3 }, 'every 3rd request is lost before it is executed'],
    ['drop 10', { dropEvery: 10 }, 'every 10th request is executed and not answered'],
    ['duplicate 1', { duplicateEvery: 1 }, 'every 1st reply is sent twice'],
    ['foreign 2', { foreignEvery: 2 }, 'every 2nd reply follows one that belongs to nobody'],
    ['late 5 900', { lateEvery: 5, lateMs: 900 }, 'every 5th reply is 900 ms late'],
    ['refuse-open 01/0113', { refuseForwardOpen: { status: 1, extended: [0x113] } }, 'refused with 01/0113'],
    [
      'refuse-service 03/ac 11 2',
      { refuseService: { service: 3, classId: 0xac, status: 0x11, times: 2 } },
      'the next 2 of 03/ac are refused',
    ],
    ['refuse-service 52 02', { refuseService: { service: 0x52, status: 2, times: 1 } }, 'the next 1 of 52 are refused'],
    ['connections 2', { maxConnections: 2 }, '2 connections, 0 open'],
    ['keyswitch run', { keyswitch: 'run' }, 'keyswitch run, mode run'],
    ['mode faulted', { mode: 'faulted' }, 'keyswitch remote, mode faulted'],
  ])('"%s" is done and said; calm undoes it', async (line, faults, said) => {
    const simulator = await bed.start({ program })
    const before = { ...simulator.faults }
    const answer = simulator.control(line)
    expect(answer).toEqual({ ok: true, text: expect.stringContaining(said) })
    expect(simulator.faults).toEqual({ ...before, ...faults })
    expect(simulator.control('calm').ok).toBe(true)
    expect(simulator.faults).toEqual(before)
  })

  it.each([
    ['', 'expected mute on|off,'],
    ['shout', '"shout" is not understood; expected mute on|off,'],
    ['constructor', 'expected mute on|off,'],
    ['mute', '"mute" is not understood; expected mute on|off'],
    ['mute on off', 'expected mute on|off'],
    ['delay -1', 'expected delay MS [JITTER]'],
    ['delay 8 3 1', 'expected delay MS [JITTER]'],
    ['delay 1e3', 'expected delay MS [JITTER]'],
    ['delay 600001', 'expected delay MS [JITTER]'],
    ['download soon', 'expected download [MS]'],
    ['keyswitch off', 'expected keyswitch run|remote|program'],
    ['refuse-open xyz', 'expected refuse-open STATUS[/EXTENDED]|off'],
    ['get Nope', 'there is no tag "Nope"'],
    ['set Counter', 'expected set TAG JSON'],
    ['set Counter {', 'expected set TAG JSON'],
    ['set Counter 2147483648', "Counter can't hold 2147483648"],
    ['set Counter null', 'null is no value of a tag'],
  ])('"%s" is answered in one line with what is understood, and nothing changes', async (line, said) => {
    const simulator = await bed.start({ program })
    const before = { ...simulator.faults }
    const { ok, text } = simulator.control(line)
    expect(ok).toBe(false)
    expect(text).toContain(said)
    expect(text).not.toContain('\n')
    expect(simulator.faults).toEqual(before)
    expect(simulator.get('Counter')).toBe(1)
  })

  it('sets and shows tags with every digit', async () => {
    const simulator = await bed.start({ program })
    expect(simulator.control('set Long 9223372036854775807')).toEqual({ ok: true, text: 'Long = 9223372036854775807' })
    expect(simulator.control('set Pair {"Count": 3, "Open": true}').ok).toBe(true)
    expect(simulator.control('get Pair')).toEqual({ ok: true, text: 'Pair = {"Count":3,"Open":true}' })
  })

  it('help names every command, counters and faults are one line', async () => {
    const simulator = await bed.start({ program })
    expect(simulator.control(' help ').text).toMatch(/^mute on\|off, .*, calm, faults, counters, help$/)
    simulator.control('drop 4')
    expect(simulator.control('faults').text).toMatch(/^delay 0 0, drop 4, connections 64, keyswitch remote, mode run$/)
    expect(simulator.control('counters').text).toMatch(/^sockets 0, .*, discarded 0$/)
  })

  it('a lost request is not executed, and its sequence count may be used again', async () => {
    const { simulator, client, id } = await plc()
    simulator.control('lose 1')
    const write = request(0x4d, path('Counter'), Buffer.concat([hex('c400'), u16(1), u32(8)]))
    client.sendConnected(id, 1, write)
    await until(() => simulator.counters.lost === 1, 'the loss')
    expect(simulator.get('Counter')).toBe(1)
    simulator.control('lose 0')
    expect((await client.connected(id, 1, write)).status).toBe(0)
    expect(simulator.get('Counter')).toBe(8)
  })

  it('a download that takes time makes tags unknown first, then renumbers them', async () => {
    const { simulator, client, id } = await plc()
    const stamp = async (sequence: number) =>
      (await client.connected(id, sequence, request(0x03, hex('20ac2401'), u16(1, 3)))).data.toString('hex')
    const before = await stamp(1)
    simulator.control('download 150')
    expect((await client.connected(id, 2, counter)).status).toBe(0x05)
    await until(() => !simulator.faults.downloading, 'the end of the download')
    expect((await client.connected(id, 3, counter)).data).toEqual(hex('c400 01000000'))
    expect(await stamp(4)).not.toBe(before)
  })

  it('key and mode stand in the status word, and the process runs in run mode alone', async () => {
    const { simulator, client } = await plc()
    const word = async () => (await client.unconnected(hex('0e03 20012401 3005'))).data.readUInt16LE(0)
    expect(await word()).toBe(0x3060)
    simulator.control('keyswitch program')
    expect(await word()).toBe(0x2070)
    expect(simulator.identity.mode).toBe('program')
    const still = simulator.get('Steps')
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(simulator.get('Steps')).toBe(still)
    simulator.control('keyswitch run')
    expect(await word()).toBe(0x1060)
    await until(() => simulator.get('Steps') !== still, 'a step of the process')
    simulator.control('mode faulted')
    expect(await word()).toBe(0x1c50)
  })

  it('the limit of connections can be lowered while some are open', async () => {
    const { simulator, client } = await plc()
    simulator.control('connections 1')
    expect(await client.open({ serial: 2 })).toMatchObject({ status: 1, extended: [0x0113] })
    simulator.control('connections 2')
    expect((await client.open({ serial: 2 })).status).toBe(0)
  })
})
