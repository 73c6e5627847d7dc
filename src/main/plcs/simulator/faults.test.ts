import { describe, expect, it } from 'vitest'
import { type SimProgram, tag } from './program.ts'
import { hex, path, rawClient, readTag, request, u16, u32 } from './test-raw-client.ts'
import { testBed } from './test-simulators.ts'

const program: SimProgram = { name: 'Faults', tags: [tag('Counter', 'DINT', [], { value: 1 })] }
const bed = testBed()
const counter = readTag(path('Counter'))

async function plc(packetTimeMs = 0) {
  const simulator = await bed.start({ program, packetTimeMs })
  const client = await bed.client(simulator)
  const { id } = await client.open()
  return { simulator, client, id }
}

describe('faults', () => {
  it('a packet takes its time, and the packets of one connection wait for each other', async () => {
    const { simulator, client, id } = await plc(20)
    const other = await client.open({ serial: 2 })
    const from = performance.now()
    for (const sequence of [1, 2, 3]) client.sendConnected(id, sequence, counter)
    client.sendConnected(other.id, 9, counter)
    const order: number[] = []
    for (let i = 0; i < 4; i++) order.push((await client.next()).readUInt16LE(44))
    expect(performance.now() - from).toBeGreaterThan(55)
    expect(order.indexOf(9)).toBeLessThan(order.indexOf(3))
    expect(order.filter((n) => n !== 9)).toEqual([1, 2, 3])
    expect(simulator.counters.connectedRequests).toBe(4)
  })

  it('a reply in pieces of one byte is the same reply', async () => {
    const { simulator, client, id } = await plc()
    simulator.faults.chunkBytes = 1
    expect((await client.connected(id, 1, counter)).data).toEqual(hex('c400 01000000'))
    simulator.faults.chunkBytes = 0
    expect((await client.connected(id, 2, counter)).data).toEqual(hex('c400 01000000'))
  })

  it('every second reply is dropped though the request was executed', async () => {
    const { simulator, client, id } = await plc()
    simulator.faults.dropEvery = 2
    const write = request(0x4d, path('Counter'), Buffer.concat([hex('c400'), u16(1), u32(8)]))
    client.sendConnected(id, 1, write)
    await expect(client.next(100)).rejects.toThrow('no frame came')
    expect(simulator.get('Counter')).toBe(8)
    simulator.faults.dropEvery = 0
    expect((await client.connected(id, 1, write)).status).toBe(0)
    expect(simulator.writeLog).toHaveLength(1)
  })

  it('a late reply is overtaken by the next one', async () => {
    const { simulator, client, id } = await plc()
    Object.assign(simulator.faults, { lateEvery: 2, lateMs: 50 })
    client.sendConnected(id, 1, counter)
    client.sendConnected(id, 2, counter)
    expect((await client.next()).readUInt16LE(44)).toBe(2)
    expect((await client.next()).readUInt16LE(44)).toBe(1)
  })

  it('replies come twice, and foreign ones before the right one', async () => {
    const { simulator, client, id } = await plc()
    Object.assign(simulator.faults, { duplicateEvery: 1, foreignEvery: 1 })
    client.sendConnected(id, 3, counter)
    const [otherConnection, olderCount, right, again] = [
      await client.next(),
      await client.next(),
      await client.next(),
      await client.next(),
    ]
    expect(otherConnection?.readUInt32LE(36)).not.toBe(0x00010001)
    expect(olderCount?.readUInt16LE(44)).toBe(2)
    expect(olderCount?.readInt32LE(52)).not.toBe(1)
    expect(right?.readInt32LE(52)).toBe(1)
    expect(again).toEqual(right)
  })

  it('mute: nothing is answered, and all is as before when it ends', async () => {
    const { simulator, client, id } = await plc()
    simulator.faults.mute = true
    client.sendConnected(id, 1, counter)
    await expect(client.next(80)).rejects.toThrow('no frame came')
    simulator.faults.mute = false
    expect((await client.connected(id, 2, counter)).status).toBe(0)
  })

  it('resets connections and refuses new ones', async () => {
    const { simulator, client } = await plc()
    const gone = new Promise((resolve) => client.socket.once('close', resolve))
    simulator.resetConnections()
    await gone
    expect(simulator.counters).toMatchObject({ sockets: 0, connections: 1 })
    simulator.faults.refuseConnections = true
    const refused = await rawClient(simulator.port).catch(() => undefined)
    if (refused && !refused.socket.destroyed) await new Promise((resolve) => refused.socket.once('close', resolve))
    expect(simulator.counters.sockets).toBe(0)
    simulator.faults.refuseConnections = false
    expect((await bed.client(simulator)).session).not.toBe(0)
  })

  it('refuses Forward Open with the status wanted', async () => {
    const { simulator, client } = await plc()
    simulator.faults.refuseForwardOpen = { status: 1, extended: [0x0109, 504] }
    expect(await client.open({ serial: 2 })).toMatchObject({ status: 1, extended: [0x0109, 504] })
    simulator.faults.refuseForwardOpen = undefined
    expect((await client.open({ serial: 2 })).status).toBe(0)
  })

  it('a download under way makes tags and change counters unknown; the keyswitch makes writes fail', async () => {
    const { simulator, client, id } = await plc()
    simulator.faults.downloading = true
    expect((await client.connected(id, 1, counter)).status).toBe(0x05)
    expect((await client.connected(id, 2, request(0x03, hex('20ac2401'), u16(1, 1)))).status).toBe(0x05)
    simulator.faults.downloading = false
    simulator.faults.keyswitch = 'run'
    const write = request(0x4d, path('Counter'), Buffer.concat([hex('c400'), u16(1), u32(8)]))
    expect(await client.connected(id, 3, write)).toMatchObject({ status: 0x10, extended: [0x2101] })
    expect((await client.connected(id, 4, counter)).data).toEqual(hex('c400 01000000'))
  })
})
