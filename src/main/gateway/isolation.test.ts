/** The isolation run on the memory broker: each check where it passes, where it fails, and where it proves nothing. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MemoryBroker } from '#main/bridges/memory/broker'
import type { Config } from '#shared/config'
import type { CheckNumber, CheckResult, Report } from '#shared/isolation-run'
import { runIsolation } from './test-isolation-run.ts'
import {
  becomes,
  createTestSites,
  health,
  intakeOpen,
  siteConfig,
  type TestSite,
  type TestSites,
  until,
} from './test-sites.ts'

let sites: TestSites
let broker: MemoryBroker
beforeEach(async () => {
  sites = await createTestSites()
  broker = sites.broker
})
afterEach(() => sites.close())

const commissioning = 'commissioning: {plc: Main PLC, tag: Test_DINT}\n'

async function site(top = commissioning, serial = 0xc0ffee) {
  const simulator = await sites.plc(serial)
  const { vendor, productCode } = simulator.identity
  const pin = `, pin: [{vendor: ${vendor}, product: ${productCode}, serial: ${serial}}]`
  const config: Config = siteConfig('factory', simulator.port, pin, top)
  const one = await sites.start('A', config)
  await until(() => intakeOpen(one), 'intake')
  await until(() => broker.retained.has('factory/Main PLC/tags/Test_DINT'), 'values')
  return { one, simulator, config }
}

const run = ({ gateway }: TestSite, checks?: readonly CheckNumber[]): Promise<Report> =>
  runIsolation(gateway, checks ? { checks } : {})

const resultOf = (report: Report, check: CheckNumber) => report.checks.find((one) => one.check === check) as CheckResult
const words = (report: Report, check: CheckNumber) =>
  resultOf(report, check).evidence.map(({ verdict, word, text }) => `${verdict ?? '-'} ${word}: ${text}`)

describe('the isolation run', () => {
  it('proves a healthy site as far as this broker lets it, and leaves PLC and broker as they were', async () => {
    const { one, simulator } = await site()
    simulator.set('Test_DINT', 41)
    const before = [...broker.retained.keys()].sort()
    const report = await run(one)
    const verdicts = Object.fromEntries(report.checks.map(({ check, verdict }) => [check, verdict]))
    const told = JSON.stringify(report.checks, null, 1)
    // No TLS and no login on this broker (11), and it has no rights at all to take away (9).
    expect(verdicts, told).toEqual({
      1: 'pass',
      2: 'pass',
      3: 'pass',
      4: 'pass',
      5: 'pass',
      6: 'pass',
      7: 'pass',
      8: 'pass',
      9: 'fail',
      10: 'pass',
      11: 'not-proven',
      12: 'pass',
    })
    expect(simulator.get('Test_DINT')).toBe(41)
    expect(simulator.writeLog.map(({ value }) => value)).toEqual([42, 41, 41])
    expect([...broker.retained.keys()].sort()).toEqual(before)
    const trace = (value: number) =>
      new RegExp(
        `^- trace: \\S+Z mqtt "Central", factory/Main PLC/write; Main PLC/Test_DINT = ${value} .request_id run-[0-9a-f]{8}.; done after \\d+ ms; journal \\S+$`,
      )
    expect(words(report, 4)).toEqual([
      expect.stringMatching(/^pass \d+ ms: value 41, 42, 41, one answer each$/),
      expect.stringMatching(trace(42)),
      expect.stringMatching(trace(41)),
    ])
    expect(words(report, 5)).toEqual(['pass 20 of 20: 20 sent, 20 answered, 20 received here, all from this gateway'])
    expect(report).toMatchObject({ verdict: 'fail', role: 'holder', namespace: 'factory' })
    expect((await one.decisions()).filter(({ what }) => what === 'commissioning').length).toBeGreaterThan(1)
  })

  it('without a commissioning tag writes nothing, and says what was not proven', async () => {
    const { one, simulator } = await site('')
    const report = await run(one, [4, 6, 7, 8])
    expect(report.checks.map(({ check, verdict }) => [check, verdict])).toEqual([
      [4, 'not-proven'],
      [6, 'not-proven'],
      [7, 'not-proven'],
      [8, 'not-proven'],
    ])
    expect(words(report, 4)[0]).toMatch(/no commissioning tag is chosen/)
    expect(simulator.writeLog).toEqual([])
  })

  it('finds a second gateway that answers: listening, counted probe and positive write fail', async () => {
    const { one, simulator } = await site()
    simulator.set('Test_DINT', 41)
    // A product without a claim of its own.
    broker.watch('factory/+/write', ({ address, payload, retained }) => {
      if (retained || payload === '') return
      const { plc, tag, value, request_id } = JSON.parse(payload) as Record<string, unknown>
      const answer = {
        topic: 'factory',
        plc,
        tag,
        value,
        request_id,
        success: false,
        error: `unknown tag: ${plc}/${tag}`,
      }
      broker.send(`${address}/response`, JSON.stringify(answer))
    })
    const report = await run(one, [2, 3, 4, 5])
    expect(resultOf(report, 3).verdict, JSON.stringify(report.checks)).toBe('fail')
    expect(resultOf(report, 4).verdict).toBe('fail')
    expect(resultOf(report, 5).verdict).toBe('fail')
    await becomes(one, 'contested')
    // Refused from the first foreign answer on: the PLC holds what it held.
    await until(() => simulator.get('Test_DINT') === 41, 'the old value')
  })

  it('finds what was left behind, and tells a stored request apart', async () => {
    const { one } = await site()
    broker.send('factory/Main PLC/tags/Old_Tag', '{"plc":"Main PLC"}', { retain: true })
    await until(() => broker.retained.has('factory/Main PLC/tags/Old_Tag'), 'stored')
    const stale = await run(one, [10])
    expect(resultOf(stale, 10).verdict).toBe('not-proven')
    broker.send('factory/Main PLC/write', '{"topic":"factory","plc":"Main PLC","tag":"__probe_x","value":1}', {
      retain: true,
    })
    await until(() => broker.retained.has('factory/Main PLC/write'), 'stored request')
    const armed = await run(one, [10])
    expect(resultOf(armed, 10).verdict).toBe('fail')
    expect(words(armed, 10).join('\n')).toContain('a write request is stored')
  })

  it('names of another site that meet ours fail, and a list of other sites is compared', async () => {
    const { one } = await site()
    const sitesOf = one.gateway.isolation?.sites
    expect(sitesOf?.importText('site,namespace\nDetroit,factory-b\nBad,-x-\n')).toMatchObject({
      added: [{ namespace: 'factory-b', site: 'Detroit' }],
      problems: [{ line: 3 }],
    })
    expect(resultOf(await run(one, [1]), 1).verdict).toBe('pass')
    expect(
      sitesOf?.add(
        { namespace: 'factory-c', site: 'x', bases: [{ service: 'mqtt', base: 'factory' }] },
        'configuration',
      ),
    ).toBe('')
    const report = await run(one, [1])
    expect(words(report, 1).join('\n')).toMatch(/fail collides: x \(namespace factory-c\)/)
  })

  it('a standby makes the checks that only look, and says which need the holder', async () => {
    const { one } = await site()
    const other = await sites.plc(7)
    const standby = await sites.start('B', siteConfig('factory', other.port, '', commissioning))
    await becomes(standby, 'standby')
    const report = await run(standby, [2, 4, 5])
    expect(report.role).toBe('requester')
    expect(report.checks.map(({ check, verdict }) => [check, verdict])).toEqual([
      [2, 'fail'],
      [4, 'not-proven'],
      [5, 'not-proven'],
    ])
    expect(words(report, 4)[0]).toMatch(/does not hold the namespace \(claim standby\)/)
    expect(other.writeLog).toEqual([])
    await becomes(one, 'held')
  })

  it('health of others under our base is a guest, and silence counts only where our own values come back', async () => {
    const { one, simulator } = await site()
    const guests = setInterval(() => broker.send('factory/Optimiser/health', health('Optimiser')), 100)
    const deaf = await run(one, [3])
    expect(resultOf(deaf, 3).verdict).toBe('not-proven')
    expect(words(deaf, 3)[0]).toMatch(/^not-proven deaf: not even our own health came back in 2 s/)
    let value = 0
    const changes = setInterval(() => simulator.set('Test_DINT', ++value), 100)
    const guest = await run(one, [3])
    clearInterval(guests)
    clearInterval(changes)
    expect(resultOf(guest, 3).verdict).toBe('pass')
    expect(words(guest, 3).join('\n')).toMatch(/- guest: \d+ messages/)
  })

  it('a cancelled run brings the commissioning tag back', async () => {
    const { one, simulator } = await site()
    simulator.set('Test_DINT', 41)
    const part = one.gateway.isolation
    void part?.start({ checks: [4] })
    await until(() => simulator.get('Test_DINT') === 42, 'the other value')
    part?.cancel()
    await part?.idle()
    expect(part?.state.getState()).toMatchObject({ kind: 'ended', how: 'cancelled' })
    expect(simulator.get('Test_DINT')).toBe(41)
  })

  it('tells how far the clock of a controller is off, without weight', async () => {
    const { one, simulator } = await site()
    const clockOf = (report: Report) =>
      resultOf(report, 11).evidence.flatMap(({ plc, verdict = '-', word, text }) =>
        plc ? `${plc} ${verdict} ${word}: ${text}` : [],
      )
    expect(clockOf(await run(one, [11]))).toEqual([
      expect.stringMatching(/^Main PLC - clock: the controller's clock differs by -?\d+ ms \(± \d+ ms\)$/),
    ])
    simulator.setClock(Date.now() - 3_600_000)
    expect(clockOf(await run(one, [11]))).toEqual([
      expect.stringMatching(/^Main PLC - clock off: the controller's clock differs by -3(599|600)\d\d\d ms/),
    ])
  })

  it('what a run could not set back fails every later run, until it is seen in its place', async () => {
    const { one, simulator } = await site()
    simulator.set('Test_DINT', 41)
    const running = run(one, [4])
    await until(() => simulator.get('Test_DINT') === 42, 'the other value')
    simulator.faults.mute = true
    const text = expect.stringMatching(/^Main PLC\/Test_DINT still holds 42 and not 41 \(/)
    expect(await running).toMatchObject({ verdict: 'fail', left: [{ before: '41', written: '42', text }] })
    simulator.faults.mute = false
    await until(() => one.gateway.plcs[0]?.state.getState().kind === 'online', 'online')
    const again = await run(one, [12])
    expect(again).toMatchObject({ verdict: 'fail', left: [{ text }] })
    expect(again.checks.map(({ check }) => check)).toEqual([4, 12])
    expect(one.gateway.isolation?.reportFile('html')?.text).toContain('still holds 42 and not 41')
    simulator.set('Test_DINT', 41)
    expect((await run(one, [12])).left).toBeUndefined()
  }, 40_000)

  it('a run cut off by the end of its process is undone by the next one', async () => {
    const { one, simulator, config } = await site()
    simulator.set('Test_DINT', 41)
    void one.gateway.isolation?.start({ checks: [4] })
    await until(() => simulator.get('Test_DINT') === 42, 'the other value')
    // The end comes while nothing can be written: as if the process had been killed.
    simulator.faults.mute = true
    await one.stop()
    simulator.faults.mute = false
    await sites.start('A', config)
    await until(() => simulator.get('Test_DINT') === 41, 'the old value', 20_000)
  })

  it('what could not be set back is never written later, but told until it is seen in its place', async () => {
    const { one, simulator, config } = await site()
    simulator.set('Test_DINT', 41)
    const running = run(one, [4])
    await until(() => simulator.get('Test_DINT') === 42, 'the other value')
    simulator.faults.mute = true
    expect(await running).toMatchObject({ verdict: 'fail' })
    simulator.faults.mute = false
    const states = (await one.decisions()).map(({ text }) => JSON.parse(text).state)
    expect(states).toEqual(['held', 'given-up'])
    await one.stop()
    const before = simulator.writeLog.length
    // 42 is what an operator wants by now.
    const later = await sites.start('A', config)
    await until(() => intakeOpen(later), 'intake')
    expect(await run(later, [12])).toMatchObject({ verdict: 'fail', left: [{ before: '41', written: '42' }] })
    expect(simulator.writeLog.length).toBe(before)
    expect(simulator.get('Test_DINT')).toBe(42)
  }, 40_000)

  it('a person accepts what is not proven, by name and reason, and nothing else', async () => {
    const { one } = await site('')
    await run(one, [1, 4])
    const part = one.gateway.isolation
    expect(part?.accept(1, { name: 'Ada', reason: 'x' })).toMatchObject({ ok: false })
    expect(part?.accept(4, { name: 'Ada', reason: 'no tag to spare' })).toEqual({ ok: true })
    expect(part?.report()?.checks.find(({ check }) => check === 4)).toMatchObject({
      verdict: 'not-proven',
      accepted: { name: 'Ada', reason: 'no tag to spare' },
    })
    const html = part?.reportFile('html')?.text ?? ''
    expect(html).toContain('Accepted by Ada')
    expect(html).not.toMatch(/<script|src=|href=/)
    await vi.waitFor(async () => expect(await one.decisions()).toMatchObject([{ what: 'check-accepted', by: 'Ada' }]))
  })
})
