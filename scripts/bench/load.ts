/** What a gateway without a window costs: CPU and memory of its process under a steady load. */
import { benchName } from '#main/plcs/simulator/bench-program'
import { mqttNames } from '#shared/names/build'
import { probeName, startBenchPlc } from './bench-plc.ts'
import { type Brokers, withBrokers } from './brokers.ts'
import { namespace } from './entries.ts'
import { cpuPercent, plcName, rssMb, startGateway } from './gateway.ts'
import { type Benchmark, median, type Row, sleep, startCli } from './measure.ts'
import { mqttCount, valueRates } from './rates.ts'

const warmUpMs = 10_000
const roundMs = 4_000

export const load: Benchmark = ({ rounds, say }) =>
  withBrokers(['mqtt', 'valkey', 'kafka'], say, async (brokers) => [
    ...(await publishing(brokers, 1_250, 4, { cpu: 55, rss: 160 }, rounds, say)),
    ...(await publishing(brokers, 5_000, 1, { cpu: 60 }, rounds, say)),
    ...(await reading(brokers, 20_000, { cpu: 60 }, rounds, say)),
  ])

/** `count` tags that each change `times` a second, to all brokers. */
async function publishing(
  brokers: Brokers,
  count: number,
  times: number,
  goals: { readonly cpu: number; readonly rss?: number },
  rounds: number,
  say: (text: string) => void,
): Promise<readonly Row[]> {
  const what = `${count} tags x ${times} changes/s`
  const simulator = await startCli(
    ['simulate', '--port', '0', '--tags', `bench:${count}:${count * times}`],
    /listening on/,
  )
  const plcPort = Number(/:(\d+)$/.exec(simulator.line)?.[1])
  const tags = Array.from({ length: count }, (_, i) => benchName(i))
  const gateway = await startGateway({ plcPort, tags, brokers })
  try {
    await sleep(warmUpMs)
    const cpu: number[] = []
    const rss: number[] = []
    for (let round = 0; round < rounds; round++) {
      cpu.push(await cpuPercent(gateway.pid, roundMs))
      rss.push(await rssMb(gateway.pid))
      say(`load: ${what}: ${cpu.at(-1)?.toFixed(0)} % of a core, ${rss.at(-1)?.toFixed(0)} MB`)
    }
    const rates = await valueRates(brokers, roundMs)
    return [
      ...rates.map(({ service, perSecond }) => ({
        what: `${what}: reached ${service}`,
        value: perSecond,
        unit: 'messages/s',
      })),
      { what: `${what}: CPU`, value: median(cpu), unit: '% of a core', must: { is: 'at most', limit: goals.cpu } },
      {
        what: `${what}: memory (RSS)`,
        value: Math.max(...rss),
        unit: 'MB',
        ...(goals.rss === undefined ? {} : { must: { is: 'at most', limit: goals.rss } }),
      },
    ]
  } finally {
    await gateway.stop()
    await simulator.stop()
  }
}

/**
 * `count` tags of which few change. One of them changes all the time: its messages are the polls that were achieved.
 */
async function reading(
  brokers: Brokers,
  count: number,
  goals: { readonly cpu: number },
  rounds: number,
  say: (text: string) => void,
): Promise<readonly Row[]> {
  const { mqtt } = brokers
  if (!mqtt) return []
  const plc = await startBenchPlc(1, count, 100)
  const tags = [probeName(0), ...Array.from({ length: count }, (_, i) => benchName(i))]
  const gateway = await startGateway({ plcPort: plc.port, tags, brokers: { mqtt } })
  let value = 0
  const moving = setInterval(() => plc.set(probeName(0), ++value), 20)
  try {
    await sleep(warmUpMs)
    const cpu: number[] = []
    for (let round = 0; round < rounds; round++) {
      cpu.push(await cpuPercent(gateway.pid, roundMs))
      say(`load: ${count} tags read at 250 ms: ${cpu.at(-1)?.toFixed(0)} % of a core`)
    }
    const topic = mqttNames.tag(namespace, plcName, probeName(0))
    // Long enough that one poll at the edge does not count.
    const countMs = 20_000
    const polls = await mqttCount(mqtt.port, topic, countMs)
    const what = `${count} tags at 250 ms, 100 changes/s`
    return [
      {
        what: `${what}: polls achieved (4 are due)`,
        value: (polls * 1_000) / countMs,
        unit: 'polls/s',
        must: { is: 'at least', limit: 3.9 },
      },
      { what: `${what}: CPU`, value: median(cpu), unit: '% of a core', must: { is: 'at most', limit: goals.cpu } },
      { what: `${what}: memory (RSS)`, value: await rssMb(gateway.pid), unit: 'MB' },
    ]
  } finally {
    clearInterval(moving)
    await gateway.stop()
    await plc.close()
  }
}
