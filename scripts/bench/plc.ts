/**
 * Tags per second of the driver, reading everything again and again from a simulator in another process: beside a raw
 * poller that decodes nothing, and beside pycomm3 and pylogix. All take turns in each round, so that ratios compare
 * what the same machine did at the same time.
 */
import { asError } from '#main/link'
import { silentLog } from '#main/log'
import { createDriver } from '#main/plcs/index'
import { programFor } from '#main/plcs/simulator/simulate'
import { installedPython } from '#scripts/interop/venv'
import type { PlcConfig } from '#shared/config'
import { type Benchmark, type Beside, median, type Row, startCli, until } from './measure.ts'
import { type OtherClient, openOtherClient } from './python-clients.ts'
import { openRawPoller } from './raw-poller.ts'

/** How long one reader has in a round at least, in ms; driver and raw poller take it in short turns. */
const turnMs = 500
const shortTurnMs = 100
/** A client that takes longer to read everything once is measured in the first round alone: pylogix may take minutes. */
const longestTurnMs = 20_000
const packetTimes = [0, 2, 8]
const connectionCounts = [1, 2, 4]
const clientNames = ['pycomm3', 'pylogix'] as const
/** What is changed in a second while everything is read. */
const changes = 1_000

interface Load {
  readonly tags: string
  readonly words: string
  readonly bytes: 504 | 4002
}

const loads: readonly Load[] = [
  ...[5_000, 20_000].flatMap((count) =>
    ([4002, 504] as const).map((bytes) => ({ tags: `bench:${count}`, words: `${count} tags`, bytes })),
  ),
  ...([4002, 504] as const).map((bytes) => ({ tags: 'bench-udt:5000', words: '5000 mixed', bytes })),
]

export const plc: Benchmark = async ({ rounds, say }) => {
  const python = installedPython()
  if (!python) say('plc: pycomm3 and pylogix are left out: run npm run interop once, it installs them')
  const rows: Row[] = []
  for (const load of loads) rows.push(...(await measureLoad(load, rounds, python, say)))
  return rows
}

async function measureLoad(
  { tags, words, bytes }: Load,
  rounds: number,
  python: string | undefined,
  say: (text: string) => void,
): Promise<Row[]> {
  let answers = 0
  const args = ['simulate', '--port', '0', '--tags', `${tags}:${changes}`, '--max-bytes', String(bytes)]
  const onLine = (line: string) => void (line.startsWith('ok: delay') && answers++)
  const simulator = await startCli(args, /listening on/, { onLine })
  const port = Number(/:(\d+)$/.exec(simulator.line)?.[1])
  const names = programFor(tags).tags.map(({ name, dims }): readonly [string, number] => [name, dims[0] ?? 1])
  const others = await openOthers(`${words}, ${bytes} bytes`, python, port, names, say)
  try {
    const rows: Row[] = []
    for (const [i, packetTime] of packetTimes.entries()) {
      await delay(simulator, packetTime, () => answers > i)
      const what = `${words}, ${bytes} bytes, ${packetTime} ms`
      rows.push(...(await measurePoint(what, { port, bytes, names, others, rounds, say, packetTime })))
    }
    return rows
  } finally {
    for (const other of others.values()) await other.stop()
    await simulator.stop()
  }
}

/** The clients of others that can be had; for one that can't, the reason is printed. */
async function openOthers(
  what: string,
  python: string | undefined,
  port: number,
  names: Point['names'],
  say: (text: string) => void,
): Promise<Map<string, OtherClient>> {
  const others = new Map<string, OtherClient>()
  for (const client of python ? clientNames : []) {
    const other = await openOtherClient(python ?? '', client, port, names).catch(asError)
    if (other instanceof Error) say(`plc: ${what}: ${client} is left out: ${other.message}`)
    else others.set(client, other)
  }
  return others
}

async function delay(simulator: Beside, ms: number, answered: () => boolean): Promise<void> {
  simulator.tell(`delay ${ms}`)
  await until(answered, 'the simulator takes another packet time')
}

interface Point {
  readonly port: number
  readonly bytes: number
  readonly packetTime: number
  readonly names: readonly (readonly [name: string, elements: number])[]
  readonly others: ReadonlyMap<string, OtherClient>
  readonly rounds: number
  say(text: string): void
}

interface Rates {
  readonly raw: number[]
  readonly driver: number[]
  /** Driver to raw, of turns that followed each other. */
  readonly ratios: number[]
}

/** All readers at one packet time: driver and raw poller with each number of connections, the others with their one. */
async function measurePoint(what: string, point: Point): Promise<Row[]> {
  const pairs = new Map<number, { readonly raw: Reader; readonly driver: Reader; readonly rates: Rates }>()
  const slow = new Set<string>()
  const others = new Map<string, number[]>([...point.others.keys()].map((name) => [name, []]))
  try {
    for (const count of connectionCounts) {
      const raw = await openRaw(point, count)
      const driver = await openDriver(point, count)
      pairs.set(count, { raw, driver, rates: { raw: [], driver: [], ratios: [] } })
    }
    for (let round = 0; round < point.rounds; round++) {
      for (const { raw, driver, rates } of pairs.values()) await takeTurns(raw, driver, rates)
      for (const [name, other] of point.others) {
        if (slow.has(name)) continue
        const begun = performance.now()
        others.get(name)?.push(await other.measure(turnMs))
        if (performance.now() - begun > longestTurnMs) slow.add(name)
      }
    }
  } finally {
    for (const { raw, driver } of pairs.values()) {
      await raw.close()
      await driver.close()
    }
  }
  const fastest = Math.max(...[...others.values()].map(median))
  const rows: Row[] = []
  for (const [count, { rates }] of pairs) {
    const title = `${what}, ${count} conn.`
    const must = count === 1 && point.packetTime === 2 && point.bytes === 4002 && !what.includes('mixed')
    const rate = median(rates.driver)
    rows.push({ what: title, value: rate, unit: 'tags/s', ...(must ? { must: atLeast(40_000) } : {}) })
    rows.push({ what: `${title}, to raw`, value: median(rates.ratios), unit: '×', must: atLeast(0.5) })
    if (others.size > 0)
      rows.push({ what: `${title}, to the fastest client`, value: rate / fastest, unit: '×', must: atLeast(1) })
    rows.push({ what: `${title}, raw poller`, value: median(rates.raw), unit: 'tags/s' })
  }
  for (const [name, rates] of others) rows.push({ what: `${what}, ${name}`, value: median(rates), unit: 'tags/s' })
  point.say(`plc: ${what}: ${rows.map((row) => `${row.what.slice(what.length + 2)} ${shortly(row.value)}`).join('; ')}`)
  return rows
}

/** Short turns one after the other, so that what else happens on the machine hits both. At least one each. */
async function takeTurns(raw: Reader, driver: Reader, rates: Rates): Promise<void> {
  const begun = performance.now()
  do {
    const rawRate = await raw.measure(shortTurnMs)
    const driverRate = await driver.measure(shortTurnMs)
    rates.raw.push(rawRate)
    rates.driver.push(driverRate)
    rates.ratios.push(driverRate / rawRate)
  } while (performance.now() - begun < 2 * turnMs)
}

const shortly = (value: number) => (value >= 1_000 ? `${Math.round(value / 1_000)} k` : value.toFixed(2))

const atLeast = (limit: number) => ({ is: 'at least', limit }) as const

interface Reader {
  /** Reads everything for `ms`, at least once, and gives tags per second. */
  measure(ms: number): Promise<number>
  close(): Promise<void> | void
}

function reader(pass: () => Promise<void>, tags: number, close: Reader['close']): Reader {
  return {
    close,
    measure: async (ms) => {
      const begun = performance.now()
      let passes = 0
      while (passes === 0 || performance.now() - begun < ms) {
        await pass()
        passes++
      }
      return (passes * tags * 1_000) / (performance.now() - begun)
    },
  }
}

async function openRaw({ port, bytes }: Point, connections: number): Promise<Reader> {
  const poller = await openRawPoller(port, bytes, connections)
  return reader(() => poller.pass(), poller.tags, poller.close)
}

async function openDriver({ port, names }: Point, connections: number): Promise<Reader> {
  const config: PlcConfig = {
    name: 'bench',
    driver: 'logix',
    address: `127.0.0.1:${port}`,
    slot: 0,
    connections,
    enabled: true,
    poll_rate: 250,
    timeout: 30_000,
    health_check_enabled: true,
    pin: [],
    tags: [],
  }
  const signal = new AbortController().signal
  const connection = await createDriver(config, { log: silentLog }).connect({ signal })
  const plan = connection.plan(names.map(([name]) => name))
  const pass = async () => {
    const { outcomes } = await plan.read(signal)
    const failed = outcomes.find((outcome) => !outcome.ok)
    if (failed && !failed.ok) throw new Error(`bench plc: ${failed.text}`)
  }
  await pass()
  return reader(pass, names.length, () => connection.close())
}
