/** Verdicts of an isolation run that only somebody else's wrong behaviour, or a wrong PLC, brings about; and how the report tells them. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { MemoryBroker } from '#main/bridges/memory/broker'
import { parseConfig } from '#main/config/parse'
import { verdictOf } from '#main/isolation/run/context'
import { namesCheck } from '#main/isolation/run/names'
import type { CheckNumber, Report } from '#shared/isolation-run'
import { runIsolation } from './test-isolation-run.ts'
import { becomes, createTestSites, intakeOpen, siteConfig, type TestSite, type TestSites, until } from './test-sites.ts'

let sites: TestSites
let broker: MemoryBroker
beforeEach(async () => {
  sites = await createTestSites()
  broker = sites.broker
})
afterEach(() => sites.close())

const commissioning = 'commissioning: {plc: Main PLC, tag: Test_DINT}\n'

async function start(pin = ''): Promise<TestSite> {
  const simulator = await sites.plc(0xc0ffee)
  const one = await sites.start('A', siteConfig('factory', simulator.port, pin, commissioning))
  await becomes(one, 'held')
  await until(() => broker.retained.has('factory/Main PLC/tags/Test_DINT'), 'values')
  return one
}

const run = ({ gateway }: TestSite, ...checks: CheckNumber[]): Promise<Report> => runIsolation(gateway, { checks })

/** Answers requests on `filter` that it takes for its own. Returns how to stop. */
function rogue(filter: string, isMine: (request: Record<string, unknown>) => boolean): () => void {
  return broker.watch(filter, ({ address, payload, retained }) => {
    if (retained || payload === '') return
    const request = JSON.parse(payload) as Record<string, unknown>
    if (isMine(request)) broker.send(`${address}/response`, JSON.stringify({ ...request, success: true }))
  })
}

const told = (report: Report, check: CheckNumber) => {
  const one = report.checks.find((result) => result.check === check)
  return `${one?.verdict} ${one?.evidence.map(({ verdict, word }) => `${verdict ?? '-'} ${word}`).join(', ')}`
}

it('somebody who answers for PLCs that do not exist, or for another namespace, or for a wrong namespace fails the check', async () => {
  const one = await start()
  await until(() => intakeOpen(one), 'intake')
  let stop = rogue('factory/+/write', ({ plc }) => String(plc).startsWith('__probe_'))
  expect(told(await run(one, 7), 7)).toMatch(/^fail .*fail two answers/)
  stop()
  stop = rogue('+/+/write', ({ topic }) => String(topic).includes('-canary-'))
  expect(told(await run(one, 8), 8)).toMatch(/^fail .*fail answered/)
  stop()
  // An answer for one of our PLCs contests the claim too: that comes last.
  stop = rogue('factory/+/write', ({ topic }) => topic !== 'factory')
  const report = await run(one, 6)
  expect(told(report, 6)).toMatch(/^fail .*fail two answers/)
  stop()
  const html = one.gateway.isolation?.reportFile('html')?.text ?? ''
  expect(html).toContain('✗ FAIL')
  expect(html).toMatch(/Wrong namespace <span class="word">✗ FAIL<\/span>/)
}, 40_000)

it('another controller than the pinned one fails, none pinned proves nothing, and the report tells them apart', async () => {
  const one = await start(', pin: [{vendor: 1, product: 166, serial: 48879}]')
  const changed = await run(one, 12)
  expect(told(changed, 12)).toBe('fail fail changed')
  expect(one.gateway.isolation?.reportFile('html')?.text).toMatch(/PLC pins <span class="word">✗ FAIL<\/span>/)
  await one.stop()
  const unpinned = await sites.start('A', siteConfig('factory', (await sites.plc(7)).port, '', commissioning))
  await until(() => unpinned.gateway.plcs[0]?.state.getState().kind === 'online', 'online')
  expect(told(await run(unpinned, 12), 12)).toBe('not-proven not-proven unpinned')
  expect(unpinned.gateway.isolation?.reportFile('html')?.text).toMatch(
    /PLC pins <span class="word">◌ NOT PROVEN<\/span>/,
  )
}, 40_000)

it('partitions of a request topic are not proven while the cluster is away, and more than one fail', async () => {
  const parsed = parseConfig('namespace: factory\nkafka: [{name: K, brokers: [k], enable_writeback: true}]\n', 'k.yaml')
  if (!parsed.ok) throw new Error('a good file')
  const [entry] = parsed.config.kafka
  if (!entry) throw new Error('no entry')
  const judge = async (problem: string, note: string) => {
    const one = { id: { service: 'kafka', name: 'K' }, key: 'kafka "K"', base: 'factory', broker: 'k:9092' } as const
    const nothing = () => {
      throw new Error('not used here')
    }
    const runEntry = {
      ...one,
      config: entry,
      problem: () => problem,
      note: () => note,
      takesRequests: () => true,
      requester: nothing,
      inspector: nothing,
      isOwn: () => false,
      subscribeAgain: nothing,
      reopenIntake: nothing,
    }
    const findings = await namesCheck.run({
      config: parsed.config,
      identity: { instance: 'i', boot: 'b', who: 'w' },
      entries: [runEntry],
      claim: nothing,
      sites: () => [],
      plcs: () => [],
      readTag: nothing,
      plcClock: nothing,
      onEnded: nothing,
      closeGateFor: nothing,
      remember: nothing,
      restored: nothing,
      gaveUp: nothing,
      hex: () => '0',
      now: () => 0,
      times: { listenMs: 0, answerMs: 0, lingerMs: 0, quietMs: 0 },
      signal: new AbortController().signal,
      say: () => {},
      client: nothing,
      atEnd: () => {},
    })
    return verdictOf(findings)
  }
  expect(await judge('', '')).toBe('pass')
  expect(await judge('connection refused', '')).toBe('not-proven')
  expect(await judge('', 'topic "factory-writes" has 3 partitions: requests can overtake each other')).toBe('fail')
})
