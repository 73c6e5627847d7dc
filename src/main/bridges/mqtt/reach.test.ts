import { afterEach, expect, it } from 'vitest'
import { createMqttInspector } from './inspector.ts'
import { context, entryFor } from './test-brokers.ts'
import { type ClientPacket, connack5, packetId, type Scripted, startScripted, versionOf } from './test-scripted.ts'

let broker: Scripted
afterEach(() => broker.stop())

const never = new AbortController().signal

/** Refuses every subscription, and answers messages with this reason; 3.1.1 has none. */
async function reached(version: 4 | 5, reason = '00') {
  let spoken = 0
  const topics: string[] = []
  const answer = (packet: ClientPacket) => {
    const { type, send, socket, body } = packet
    if (type === 1) {
      spoken = versionOf(packet) ?? 0
      if (spoken > version) return socket.destroy()
      return send(spoken === 5 ? connack5() : '20020000')
    }
    if (type === 8) return send(spoken === 5 ? `9004${packetId(packet)}0087` : `9003${packetId(packet)}80`)
    if (type !== 3) return
    topics.push(body.subarray(2, 2 + body.readUInt16BE(0)).toString())
    send(spoken === 5 ? `4003${packetId(packet)}${reason}` : `4002${packetId(packet)}`)
  }
  broker = await startScripted(answer)
  const inspector = createMqttInspector(entryFor(broker.port), context('site'))
  const rights = await inspector.reach('site-canary', 'real', never)
  return { topics, send: allowed('send'), receive: allowed('receive') }

  function allowed(action: 'send' | 'receive') {
    return rights.filter((right) => right.action === action).map((right) => right.allowed)
  }
}

it('a refused subscription does not hide that messages are taken', async () => {
  const { topics, ...rights } = await reached(5)
  expect(rights).toEqual({ send: [true, true], receive: [false, false] })
  expect(topics.sort()).toEqual([
    expect.stringMatching(/^site-canary\/__probe_[0-9a-f]{8}\/write$/),
    expect.stringMatching(/^site-canary\/_gw\/test\/[0-9a-f]{8}$/),
  ])
})

it('a refused message is a missing right', async () => {
  expect(await reached(5, '87')).toMatchObject({ send: [false, false], receive: [false, false] })
})

it('an acknowledgement of MQTT 3.1.1 shows nothing', async () => {
  expect(await reached(4)).toMatchObject({ send: ['unknown', 'unknown'], receive: [false, false] })
})
