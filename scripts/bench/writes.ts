/** Round trip of a write request: from the client that sends it, through gateway and PLC, to its answer. */

import type { Service } from '#shared/broker'
import { withBrokers } from './brokers.ts'
import { namespace } from './entries.ts'
import { plcName, startGateway } from './gateway.ts'
import { type Benchmark, median, percentile, type Row, startCli } from './measure.ts'
import { type Asker, askers } from './write-clients.ts'

const tag = 'Test_DINT'
const warmUps = 100
const writesARound = 200
const answerMs = 15_000

const goals: { readonly [S in Service]: { readonly p50: number; readonly p99: number } } = {
  mqtt: { p50: 2, p99: 8 },
  valkey: { p50: 2, p99: 8 },
  kafka: { p50: 15, p99: 40 },
}

export const writes: Benchmark = ({ rounds, say }) =>
  withBrokers(['mqtt', 'valkey', 'kafka'], say, async (brokers) => {
    const rows: Row[] = []
    const simulator = await startCli(['simulate', '--port', '0', '--tags', 'guide'], /listening on/)
    try {
      const plcPort = Number(/:(\d+)$/.exec(simulator.line)?.[1])
      for (const [service, broker] of Object.entries(brokers) as [Service, (typeof brokers)[Service]][]) {
        if (!broker) continue
        // One entry alone: what the others' libraries do in between is a figure of the load.
        const gateway = await startGateway({
          plcPort,
          tags: [tag],
          writable: [tag],
          brokers: { [service]: broker },
          writes: true,
        })
        try {
          rows.push(...(await measure(service, await askers[service](broker.port, plcName, tag), rounds, say)))
        } finally {
          await gateway.stop()
        }
      }
    } finally {
      await simulator.stop()
    }
    return rows
  })

async function measure(
  service: Service,
  asker: Asker,
  rounds: number,
  say: (text: string) => void,
): Promise<readonly Row[]> {
  let value = 0
  const write = async () => {
    const begun = performance.now()
    const answer = await asker.ask(body(service, ++value), answerMs)
    const ms = performance.now() - begun
    if (!answer.includes('"success":true')) throw new Error(`bench writes: ${service}: ${answer}`)
    return ms
  }
  try {
    for (let i = 0; i < warmUps; i++) await write()
    const results: { p50: number; p99: number }[] = []
    for (let round = 0; round < rounds; round++) {
      const taken: number[] = []
      for (let i = 0; i < writesARound; i++) taken.push(await write())
      results.push({ p50: median(taken), p99: percentile(taken, 99) })
      say(`writes: ${service}: p50 ${median(taken).toFixed(2)} ms, p99 ${percentile(taken, 99).toFixed(2)} ms`)
    }
    return (['p50', 'p99'] as const).map((name) => ({
      what: `write round trip through ${service}, ${name}`,
      value: median(results.map((result) => result[name])),
      unit: 'ms',
      must: { is: 'at most', limit: goals[service][name] },
    }))
  } finally {
    await asker.close()
  }
}

function body(service: Service, value: number): string {
  const head = service === 'mqtt' ? { topic: namespace } : service === 'valkey' ? { factory: namespace } : {}
  return JSON.stringify({ ...head, plc: plcName, tag, value })
}
