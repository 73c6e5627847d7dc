import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { guideProgram } from '#main/plcs/simulator/guide-program'
import { type Simulator, type SimulatorOptions, startSimulator } from '#main/plcs/simulator/simulator'
import type { DiscoveryStep, FoundDevice } from '#shared/discovery'
import { mostAddresses } from '#shared/subnet'
import { type DiscoverOptions, discover } from './index.ts'
import { listIdentityRequest, parseListIdentity } from './list-identity.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

const never = new AbortController().signal

async function simulate(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({ program: guideProgram(), discovery: true, ...options })
  open.push(simulator)
  return simulator
}

async function search(options: Omit<DiscoverOptions, 'signal'>) {
  const steps: DiscoveryStep[] = []
  for await (const step of discover({ interfaces: [], signal: never, ...options })) steps.push(step)
  const devices = steps.flatMap((step): FoundDevice[] => (step.kind === 'found' ? [step.device] : []))
  return { steps, devices: devices.sort((a, b) => a.address.localeCompare(b.address)) }
}

/** Answers List Identity on the broadcast address of the loopback network, as a controller hears it on its own. */
async function loopbackBroadcast(port: number, answer: Buffer) {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  open.push({ close: () => new Promise<void>((resolve) => socket.close(resolve)) })
  socket.on('message', (_, from) => socket.send(answer, from.port, from.address))
  await new Promise<void>((resolve) => socket.bind(port, '127.255.255.255', resolve))
}

/** A reply to List Identity as the simulator makes it. */
async function replyOf(simulator: Simulator): Promise<Buffer> {
  const socket = createSocket('udp4')
  open.push({ close: () => new Promise<void>((resolve) => socket.close(resolve)) })
  const reply = new Promise<Buffer>((resolve) => socket.once('message', resolve))
  socket.send(listIdentityRequest(), simulator.port, simulator.host)
  return reply
}

describe('a sweep', () => {
  it('finds every controller of a network once, also those that answer by TCP alone', async () => {
    const first = await simulate({ host: '127.0.0.2', profile: 'logix5580', serial: 0x11 })
    const { port } = first
    await simulate({ host: '127.0.0.3', port, profile: 'micro800', serial: 0x22 })
    await simulate({ host: '127.0.0.4', port, profile: 'enbt', serial: 0x33, discovery: false })
    await simulate({ host: '127.0.0.5', port, profile: 'logix5580', serial: 0x11 })
    const { devices, steps } = await search({ sweep: '127.0.0.0/28', port })
    expect(devices).toMatchObject([
      { address: `127.0.0.2:${port}`, driver: 'logix', by: 'sweep', identity: { serial: 0x11, mode: 'run' } },
      { address: `127.0.0.3:${port}`, driver: 'micro800', identity: { revision: '12.11' } },
      { address: `127.0.0.4:${port}`, driver: 'logix', identity: { productName: '1756-ENBT/A' } },
    ])
    expect(steps.at(-1)).toEqual({ kind: 'progress', asked: 14, total: 14 })
  })

  it('says what is wrong with the network it was given', async () => {
    const { steps } = await search({ sweep: '10.0.0.0/8' })
    expect(steps).toEqual([{ kind: 'problem', text: expect.stringContaining(`at most ${mostAddresses}`) }])
  })

  it('takes no other service for a device, nor waits for one that says nothing', async () => {
    let port = 0
    const answers = ['HTTP/1.1 400 Bad Request\r\n\r\n', `\x63\x00\xff\xff${'x'.repeat(4_000)}`, '']
    for (const [i, answer] of answers.entries()) {
      const server = createServer((socket) => {
        open.push({ close: () => socket.destroy() })
        socket.on('error', () => {})
        if (answer) socket.write(answer, 'latin1')
      })
      open.push({ close: () => server.close() })
      await new Promise<void>((resolve) => server.listen(port, `127.0.0.${6 + i}`, resolve))
      const address = server.address()
      port = typeof address === 'object' && address ? address.port : 0
    }
    const begun = performance.now()
    const { devices } = await search({ sweep: '127.0.0.6-8', port })
    expect(devices).toEqual([])
    expect(performance.now() - begun).toBeLessThan(2_500)
  })

  it('ends at once when it is cancelled, or when nobody listens any more', async () => {
    const { port } = await simulate({ host: '127.0.0.2' })
    const cancel = new AbortController()
    const begun = performance.now()
    for await (const step of discover({ interfaces: [], sweep: '127.1.0.0/20', port, signal: cancel.signal }))
      if (step.kind === 'progress') cancel.abort()
    for await (const step of discover({ interfaces: [], sweep: '127.1.0.0/20', port, signal: never }))
      if (step.kind === 'progress') break
    expect(performance.now() - begun).toBeLessThan(1_000)
    await vi.waitFor(() => {
      const kinds = process.getActiveResourcesInfo()
      expect(kinds.filter((kind) => kind === 'UDPWrap' || kind === 'TCPSocketWrap').length).toBeLessThanOrEqual(1)
    })
  })
})

describe('a broadcast', () => {
  it('finds a device by the address it answers from, whatever address it names', async () => {
    const simulator = await simulate({ serial: 0x77 })
    const answer = await replyOf(simulator)
    answer.set([10, 9, 8, 7], 24 + 2 + 4 + 2 + 4)
    await loopbackBroadcast(simulator.port, answer)
    const { devices, steps } = await search({
      interfaces: [{ address: '127.0.0.1', broadcast: '127.255.255.255' }],
      port: simulator.port,
    })
    expect(devices, 'once, though it was asked twice').toMatchObject([
      { address: expect.stringMatching(/^127\./), by: 'broadcast', identity: { serial: 0x77 } },
    ])
    expect(steps.filter(({ kind }) => kind === 'problem')).toEqual([])
  })

  it('tells of an interface that can not be used, and goes on with the others', async () => {
    const simulator = await simulate()
    const { devices, steps } = await search({
      interfaces: [{ address: '192.0.2.1', broadcast: '192.0.2.255' }],
      sweep: '127.0.0.1',
      port: simulator.port,
    })
    expect(devices).toHaveLength(1)
    expect(steps).toContainEqual({ kind: 'problem', text: expect.stringMatching(/^192\.0\.2\.1: no broadcast: /) })
  })
})

describe('replies', () => {
  it('that are damaged are none, and never an error', async () => {
    const reply = await replyOf(await simulate())
    expect(parseListIdentity(reply)?.productName).toContain('1756')
    const damage = fc.array(fc.tuple(fc.nat(reply.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 })
    fc.assert(
      fc.property(damage, fc.nat(reply.length), (changes, length) => {
        const bytes = Buffer.from(reply)
        for (const [at, value] of changes) bytes[at] = value
        parseListIdentity(bytes.subarray(0, length))
      }),
    )
  })
})
