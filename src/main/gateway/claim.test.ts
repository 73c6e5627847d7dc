/** Gateways of one namespace on one memory broker. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MemoryBroker } from '#main/bridges/memory/broker'
import {
  becomes,
  siteConfig as configOf,
  createTestSites,
  health,
  instanceOf,
  intakeOpen,
  kindOf,
  stateOf,
  type TestSite,
  type TestSites,
  textOf,
  times,
  until,
} from './test-sites.ts'

let sites: TestSites
let broker: MemoryBroker
beforeEach(async () => {
  sites = await createTestSites()
  broker = sites.broker
})
afterEach(() => sites.close())

const plc = (serial?: number) => sites.plc(serial)
const start: TestSites['start'] = (...args) => sites.start(...args)
const write: TestSites['write'] = (...args) => sites.write(...args)

describe('the claim of a gateway', () => {
  it('listens before it takes requests in, publishes meanwhile, and leaves its name as the owner', async () => {
    const simulator = await plc()
    const begun = performance.now()
    const one = await start('A', configOf('factory', simulator.port))
    await until(() => broker.retained.has('factory/Main PLC/tags/Test_DINT'), 'values')
    expect(performance.now() - begun).toBeLessThan(times.longMs)
    expect(intakeOpen(one)).toBe(false)
    await becomes(one, 'held')
    expect(performance.now() - begun).toBeGreaterThan(times.longMs)
    await until(() => intakeOpen(one), 'intake')
    expect(await write(7)).toMatchObject([{ success: true }])
    const owner = JSON.parse(broker.retained.get('factory/_gw/owner') ?? '{}') as object
    expect(owner).toMatchObject({ instance: instanceOf('A'), plcs: [{ name: 'Main PLC' }] })
    await one.stop()
    expect([...broker.retained.keys()].filter((name) => name.startsWith('factory/_gw/'))).toEqual(['factory/_gw/owner'])
  })

  it('of two sites that start at the same moment one writes; the other is deaf and dumb, and says whose the namespace is', async () => {
    const [a, b] = [await plc(11), await plc(22)]
    const both = await Promise.all([start('A', configOf('factory', a.port)), start('B', configOf('factory', b.port))])
    await until(() => both.some((site) => kindOf(site) === 'held'), 'a holder')
    const holder = both.find((site) => kindOf(site) === 'held') as TestSite
    const other = both.find((site) => site !== holder) as TestSite
    await until(() => intakeOpen(holder), 'intake')
    expect(kindOf(other)).toBe('standby')
    expect(await write(5)).toMatchObject([{ success: true }])
    const [right, wrong] = holder.name === 'A' ? [a, b] : [b, a]
    expect([right.writeLog.length, wrong.writeLog.length]).toEqual([1, 0])
    expect(intakeOpen(other)).toBe(false)
    wrong.set('Test_DINT', 999)
    right.set('Test_DINT', 4)
    await until(
      () => broker.retained.get('factory/Main PLC/tags/Test_DINT')?.includes('"value":4,') ?? false,
      'value 4',
    )
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(broker.retained.get('factory/Main PLC/tags/Test_DINT')).toContain('"value":4,')

    // The holder ends: its namespace is not inherited.
    await holder.stop()
    await until(() => stateOf(other).kind === 'standby' && textOf(other).includes('belongs to'), 'foreign owner')
    expect(textOf(other)).toMatch(/^standby: namespace factory belongs to .*Main PLC serial 000000(0B|16)/)
    await new Promise((resolve) => setTimeout(resolve, times.longMs + 500))
    expect(kindOf(other)).toBe('standby')
    expect(await write(6, { ms: 500 })).toEqual([])
    expect(wrong.writeLog).toEqual([])

    // A person takes it over.
    expect(other.gateway.claim.take('Ada', 'line moved')).toEqual({ ok: true })
    await becomes(other, 'held')
    await until(() => intakeOpen(other), 'intake')
    expect(await write(8)).toMatchObject([{ success: true }])
    expect(wrong.writeLog.map(({ value }) => value)).toEqual([8])
    expect(await other.decisions()).toMatchObject([
      { what: 'takeover', by: 'Ada', text: expect.stringContaining('line moved') },
    ])

    // The other side hears of it, and does not write.
    const again = await start(holder.name, configOf('factory', right.port))
    await becomes(again, 'standby')
    await until(() => textOf(again).includes('holds namespace'), 'live holder told')
    expect(await again.decisions()).toMatchObject([{ what: 'taken-over', by: 'Ada' }])
    expect(again.gateway.claim.take('Bob', 'mine')).toMatchObject({ ok: false, error: expect.stringMatching(/live/) })
  })

  it('a hot standby on the same controllers takes over by itself when the holder leaves', async () => {
    const simulator = await plc(11)
    const one = await start('A', configOf('factory', simulator.port))
    await becomes(one, 'held')
    const two = await start('B', configOf('factory', simulator.port))
    await becomes(two, 'standby')
    await until(() => two.gateway.plcs[0]?.state.getState().kind === 'online', 'online')
    await one.stop()
    const begun = performance.now()
    await becomes(two, 'held')
    expect(performance.now() - begun).toBeLessThan(times.longMs)
    await until(() => intakeOpen(two), 'intake')
    expect(await write(3)).toMatchObject([{ success: true }])
  })

  it('a stranger that publishes health of our PLC contests: writes are refused with the reason until a person clears it', async () => {
    const simulator = await plc()
    const one = await start('A', configOf('factory', simulator.port))
    await until(() => intakeOpen(one), 'intake')
    broker.send('factory/Main PLC/health', health('Main PLC'))
    await becomes(one, 'contested')
    expect(textOf(one)).toBe('contested: somebody else publishes factory/Main PLC/health')
    const [answer] = await write(1)
    expect(answer).toMatchObject({
      success: false,
      error: 'writes are blocked: claim contested: somebody else publishes factory/Main PLC/health',
    })
    simulator.set('Test_DINT', 31)
    await until(() => broker.retained.get('factory/Main PLC/tags/Test_DINT')?.includes('"value":31,') ?? false, 'value')
    expect(one.gateway.claim.clearContested()).toEqual({ ok: true })
    expect(await write(2)).toMatchObject([{ success: true }])
    expect(simulator.writeLog.map(({ value }) => value)).toEqual([2])
    expect(await one.decisions()).toMatchObject([{ what: 'contest-cleared' }])
  })

  it('a stranger that answers for our PLC contests; silence clears it', async () => {
    const simulator = await plc()
    const one = await start('A', configOf('factory', simulator.port))
    await becomes(one, 'held')
    broker.send('factory/Main PLC/write/response', '{"topic":"factory","plc":"Main PLC","success":true}')
    await becomes(one, 'contested')
    await until(() => kindOf(one) === 'held', 'silence', times.quietMs + 4_000)
  })

  it('others who publish beside us are listed as guests, and nothing is blocked', async () => {
    const simulator = await plc()
    const one = await start('A', configOf('factory', simulator.port))
    await until(() => intakeOpen(one), 'intake')
    for (let i = 0; i < 3; i++) broker.send('factory/Optimiser/health', health('Optimiser'))
    await until(() => (one.gateway.claim.now().entries[0]?.heard[0]?.count ?? 0) === 3, 'guest listed')
    expect(one.gateway.claim.now().entries[0]?.heard).toMatchObject([
      { kind: 'guest', address: 'factory/Optimiser/health', count: 3 },
    ])
    expect(kindOf(one)).toBe('held')
    expect(await write(1)).toMatchObject([{ success: true }])
  })

  it('a copy with the same instance id is found, and neither of the two writes', async () => {
    const [a, b] = [await plc(11), await plc(22)]
    const one = await start('A', configOf('factory', a.port))
    await until(() => intakeOpen(one), 'intake')
    const copy = await start('C', configOf('factory', b.port), { instance: instanceOf('A') })
    await becomes(one, 'contested')
    await becomes(copy, 'contested')
    expect(textOf(one)).toMatch(/has our instance id$/)
    expect(await write(1)).toMatchObject([{ success: false }])
    expect([a.writeLog.length, b.writeLog.length]).toEqual([0, 0])
  })

  it('is not connected, says so, and holds once the broker takes it', async () => {
    const simulator = await plc()
    broker.refuse()
    const one = await start('A', configOf('factory', simulator.port))
    expect(kindOf(one)).toBe('observing')
    expect(stateOf(one)).toMatchObject({ reason: 'not-connected' })
    broker.accept()
    await becomes(one, 'held')
  })

  it('another controller than the pinned one is read and never written', async () => {
    const simulator = await plc(0xc0ffee)
    const { vendor, productCode } = simulator.identity
    const pin = (serial: number) => `, pin: [{vendor: ${vendor}, product: ${productCode}, serial: ${serial}}]`
    const one = await start('A', configOf('factory', simulator.port, pin(0xbeef)))
    await until(() => intakeOpen(one), 'intake')
    await until(() => broker.retained.has('factory/Main PLC/tags/Test_DINT'), 'values')
    expect(await write(1)).toMatchObject([
      {
        success: false,
        error: 'writes are blocked: plc identity changed (expected serial 0000BEEF, found 00C0FFEE)',
      },
    ])
    expect(simulator.writeLog).toEqual([])
    await one.stop()
    const two = await start('A', configOf('factory', simulator.port, pin(0xc0ffee)))
    await until(() => intakeOpen(two), 'intake')
    expect(await write(2)).toMatchObject([{ success: true }])
  })
})
