/**
 * One broker frozen for 20 s (SIGSTOP: connections stay, nobody answers) under 5,000 changes/s: what the gateway's
 * memory grows by, and how long after the end (SIGCONT) every tag's newest value has arrived.
 */
import { join } from 'node:path'
import { benchName } from '#main/plcs/simulator/bench-program'
import type { Server } from '#scripts/brokers/server'
import type { Service } from '#shared/broker'
import { type BenchPlc, startBenchPlc } from './bench-plc.ts'
import { present, withBrokers } from './brokers.ts'
import { startGateway } from './gateway.ts'
import { type Benchmark, type Row, root, sleep } from './measure.ts'
import { newestArrived } from './newest.ts'

const tagCount = 5_000
const warmUpMs = 15_000
const frozenMs = 20_000
/** Two polls and a little: what changed last was read. */
const lastPollMs = 700

const probe = join(root, 'scripts/bench/memory-probe.mjs')

/** After garbage was collected, in MB. */
interface Memory {
  readonly heap: number
  readonly rss: number
}

export const outage: Benchmark = ({ say }) =>
  withBrokers(['mqtt', 'valkey', 'kafka'], say, async (brokers) => {
    const rows: Row[] = []
    for (const service of present(brokers)) {
      const names = Array.from({ length: tagCount }, (_, i) => benchName(i))
      const plc = await startBenchPlc(0, tagCount, tagCount)
      let hear: (memory: Memory) => void = () => {}
      const gateway = await startGateway({
        plcPort: plc.port,
        tags: names,
        brokers,
        execArgv: ['--expose-gc', '--import', probe],
        onLine: (line) => {
          const found = /^memory-probe (\d+) (\d+)$/.exec(line)
          if (found) hear({ heap: Number(found[1]) / 1e6, rss: Number(found[2]) / 1e6 })
        },
      })
      const memory = () =>
        new Promise<Memory>((resolve) => {
          hear = resolve
          gateway.child.kill('SIGUSR2')
        })
      try {
        await sleep(warmUpMs)
        rows.push(...(await freeze(service, brokers[service] as Server, plc, names, memory)))
      } finally {
        await gateway.stop()
        await plc.close()
      }
      const [heap, , time] = rows.slice(-3)
      say(`outage: ${service}: heap +${heap?.value.toFixed(1)} MB, all current after ${time?.value.toFixed(0)} ms`)
    }
    return rows
  })

async function freeze(
  service: Service,
  broker: Server,
  plc: BenchPlc,
  names: readonly string[],
  memory: () => Promise<Memory>,
): Promise<readonly Row[]> {
  const before = await memory()
  let most = before
  broker.pause()
  try {
    for (const end = performance.now() + frozenMs; performance.now() < end; await sleep(2_000)) {
      const now = await memory()
      most = { heap: Math.max(most.heap, now.heap), rss: Math.max(most.rss, now.rss) }
    }
    // From here on no value changes, so that the newest one stands still and can be waited for.
    plc.hold()
    await sleep(lastPollMs)
  } finally {
    broker.resume()
  }
  const begun = performance.now()
  const at = await newestArrived[service](
    broker.port,
    new Map(names.map((name) => [name, JSON.stringify(plc.get(name))])),
  )
  const what = `${service} frozen ${frozenMs / 1_000} s, 5,000 changes/s`
  const growth = { is: 'at most', limit: 10 } as const
  return [
    { what: `${what}: growth of the heap`, value: most.heap - before.heap, unit: 'MB', must: growth },
    { what: `${what}: growth of memory (RSS)`, value: most.rss - before.rss, unit: 'MB' },
    { what: `${what}: all tags current after`, value: at - begun, unit: 'ms', must: { is: 'at most', limit: 2_000 } },
  ]
}
