/**
 * The simulated controller under damaged requests: it must neither crash nor hang, and another client is served all the
 * while, with the right values.
 */
import { silentLog } from '#main/log'
import { createDriver } from '#main/plcs/index'
import { guideProgram } from '#main/plcs/simulator/guide-program'
import { type Simulator, startSimulator } from '#main/plcs/simulator/simulator'
import {
  forwardOpenRequest,
  frame,
  hex,
  multiple,
  path,
  rawClient,
  readTag,
  request,
  u16,
  u32,
} from '#main/plcs/simulator/test-raw-client'
import { sameValue } from '#shared/value'
import { random } from './config-mutations.ts'
import { damage, pick, type Random } from './frame-mutations.ts'

export interface SimulatorFuzz {
  readonly damaged: number
  readonly sockets: number
  /** Polls of the client beside, all right. */
  readonly polls: number
}

/** Requests of every service but those that write: a damaged write may be a good one to another tag. */
const requests: readonly Buffer[] = [
  readTag(path('Test_Array'), 10),
  readTag(path('Test_String')),
  request(0x52, path('Test_Array'), Buffer.concat([u16(10), u32(8)])),
  request(0x55, hex('206b25000000'), u16(5, 1, 2, 7, 8, 10)),
  request(0x03, hex('206c25002101'), u16(4, 4, 5, 2, 1)),
  request(0x4c, hex('206c25002101'), Buffer.concat([u32(0), u16(400)])),
  request(0x03, hex('20ac2401'), u16(5, 1, 2, 3, 4, 10)),
  request(0x01, hex('20012401')),
  request(0x0e, hex('200124013005')),
  multiple(readTag(path('Test_REAL')), readTag(path('Test_DINT')), hex('0102 20012401')),
  forwardOpenRequest({}),
  request(0x52, hex('20062401'), Buffer.concat([hex('0a0e'), u16(8), hex('0102200124010000'), hex('01000100')])),
]

/** Frames on one socket: after a damaged length the rest may all pass for one long frame. */
const framesEach = 25
/** Longest time the client beside may be kept waiting, in ms. */
const hangMs = 10_000

/** Sends `count` damaged frames. Rejects where the simulator breaks a promise. */
export async function fuzzSimulator(count: number, seed: number): Promise<SimulatorFuzz> {
  const chance = random(seed)
  const simulator = await startSimulator({ program: guideProgram(), discovery: true })
  const beside = await watch(simulator)
  const seen = { damaged: 0, sockets: 0 }
  try {
    while (seen.damaged < count) {
      const client = await rawClient(simulator.port)
      await client.register()
      const { id } = await client.open({ serial: ++seen.sockets & 0xffff })
      for (let i = 0; i < framesEach && client.socket.writable && seen.damaged < count; i++) {
        for (const one of damage(chance, requestFrame(chance, client.session, id), false)) client.send(one)
        seen.damaged++
        if (i % 4 === 3) await new Promise((resolve) => setImmediate(resolve))
        client.inbox.length = 0
      }
      await beside.check()
      client.close()
    }
    return { ...seen, polls: beside.polls() }
  } finally {
    await beside.stop()
    await simulator.close()
  }
}

function requestFrame(chance: Random, session: number, connection: number): Buffer {
  const message = requests[pick(chance, requests.length)] as Buffer
  if (chance() < 0.05) return frame([0x04, 0x63, 0x64, 0x65, 0x00][pick(chance, 5)] ?? 0, session, hex('01000000'))
  if (chance() < 0.5) {
    return frame(0x6f, session, Buffer.concat([hex('00000000 0000 0200 0000 0000 b200'), u16(message.length), message]))
  }
  const head = Buffer.concat([hex('00000000 0000 0200 a100 0400'), u32(connection), hex('b100')])
  return frame(0x70, session, Buffer.concat([head, u16(message.length + 2, pick(chance, 0x10000)), message]))
}

/** A client beside, whose reads must stay right. */
async function watch(simulator: Simulator) {
  const driver = createDriver(
    {
      name: 'Beside',
      driver: 'logix',
      address: `127.0.0.1:${simulator.port}`,
      slot: 0,
      enabled: true,
      poll_rate: 250,
      timeout: hangMs,
      health_check_enabled: false,
      pin: [],
      tags: [],
    },
    { log: silentLog },
  )
  const signal = new AbortController().signal
  const connection = await driver.connect({ signal })
  const names = guideProgram().tags.map(({ name }) => name)
  const plan = connection.plan(names)
  const values = async () =>
    (await plan.read(signal)).outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.text))
  const first = [...(await values())]
  let polls = 0
  return {
    polls: () => polls,
    check: async () => {
      for (const [i, value] of (await values()).entries())
        if (!sameValue(value, first[i] ?? '')) throw new Error(`${names[i]} was ${first[i]} and is ${value} now`)
      polls++
    },
    stop: () => connection.close(),
  }
}
