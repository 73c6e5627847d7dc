/** From the change of a value in the PLC to its arrival at an MQTT subscriber. PLC and subscriber are in this process. */
import { connectAsync } from 'mqtt'
import { benchName } from '#main/plcs/simulator/bench-program'
import type { Server } from '#scripts/brokers/server'
import { mqttNames } from '#shared/names/build'
import { probeName, startBenchPlc } from './bench-plc.ts'
import { withBrokers } from './brokers.ts'
import { namespace } from './entries.ts'
import { plcName, startGateway } from './gateway.ts'
import { type Benchmark, median, percentile, type Row, sleep, until } from './measure.ts'

const probes = 100
const changesARound = 200
const warmUpMs = 5_000
/** Mean time between two changes, ms: each probe moves every 2 s. */
const apartMs = 20
/** Longest wait for the last changes of a round, ms: a busy machine is some seconds behind. */
const lastMs = 60_000

export const latency: Benchmark = ({ rounds, say }) =>
  withBrokers(['mqtt'], say, async ({ mqtt }) => {
    if (!mqtt) return []
    return [
      ...(await measure('quiet', mqtt, 0, { p50: 140, p99: 275 }, rounds, say)),
      ...(await measure('with 5,000 changes/s', mqtt, 5_000, { p99: 350 }, rounds, say)),
    ]
  })

async function measure(
  what: string,
  mqtt: Server,
  others: number,
  goals: { readonly p50?: number; readonly p99: number },
  rounds: number,
  say: (text: string) => void,
): Promise<readonly Row[]> {
  const plc = await startBenchPlc(probes, others, others)
  const names = Array.from({ length: probes }, (_, i) => probeName(i))
  const all = [...names, ...Array.from({ length: others }, (_, i) => benchName(i))]
  const gateway = await startGateway({ plcPort: plc.port, tags: all, brokers: { mqtt } })
  const client = await connectAsync(`mqtt://127.0.0.1:${mqtt.port}`)
  try {
    const open = new Map<string, { readonly value: number; readonly at: number }>()
    let taken: number[] = []
    client.on('message', (topic, payload) => {
      const change = open.get(topic)
      if (!change || !payload.includes(`"value":${change.value},`)) return
      taken.push(performance.now() - change.at)
      open.delete(topic)
    })
    const topics = names.map((name) => mqttNames.tag(namespace, plcName, name))
    await client.subscribeAsync(topics, { qos: 1 })
    await sleep(warmUpMs)

    let value = 0
    const results: { p50: number; p99: number }[] = []
    for (let round = 0; round < rounds; round++) {
      taken = []
      for (let i = 0; i < changesARound; i++) {
        const probe = i % probes
        value++
        open.set(topics[probe] as string, { value, at: performance.now() })
        plc.set(names[probe] as string, value)
        // By lot, so that the changes keep no step with the polls.
        await sleep(2 * apartMs * Math.random())
      }
      const missing = () =>
        `${open.size} of ${changesARound} changes arrive (such as ${open.keys().next().value}). The gateway said last:\n${gateway.said()}`
      await until(
        () => {
          gateway.check()
          return open.size === 0
        },
        missing,
        lastMs,
      )
      results.push({ p50: median(taken), p99: percentile(taken, 99) })
      say(`latency: ${what}: p50 ${median(taken).toFixed(0)} ms, p99 ${percentile(taken, 99).toFixed(0)} ms`)
    }
    const row = (name: 'p50' | 'p99'): Row => {
      const limit = goals[name]
      const value = median(results.map((result) => result[name]))
      const must = limit === undefined ? {} : { must: { is: 'at most', limit } as const }
      return { what: `change in the PLC to MQTT subscriber, ${what}, ${name}`, value, unit: 'ms', ...must }
    }
    return [row('p50'), row('p99')]
  } finally {
    await client.endAsync(true)
    await gateway.stop()
    await plc.close()
  }
}
