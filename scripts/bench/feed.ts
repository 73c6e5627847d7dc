/**
 * How many messages a second go out through one broker: on one side our bridge fed by the outbox, with tags that all
 * change again and again, on the other the bare client library with the same bodies. In turn, in the same run.
 */
import type { Bridge } from '#main/bridges/bridge'
import { tagBody, tagTemplate } from '#main/bridges/message'
import { createOutbox } from '#main/bridges/outbox'
import { benchName } from '#main/plcs/simulator/bench-program'
import type { TagSource, TagSubject } from '#shared/tag'
import { median, percentile, type Row, sleep } from './measure.ts'

const tagCount = 5_000
/** How long each side sends before it is measured, and then, ms. */
const warmUpMs = 500
const roundMs = 1_500

export interface BenchTags extends TagSource {
  /** The tag's next value as a body: never the same twice. */
  nextBody(index: number): string
}

/** Tags of one PLC whose messages have about 153 bytes on MQTT. */
export function benchTags(count = tagCount): BenchTags {
  const plc = 'Packaging Line 01'
  const subjects = Array.from({ length: count }, (_, i): TagSubject => ({ kind: 'tag', plc, tag: benchName(i) }))
  const templates = subjects.map(({ tag }) => tagTemplate(plc, tag, false))
  let value = 1_000_000
  const nextBody = (i: number) =>
    tagBody(templates[i] as ReturnType<typeof tagTemplate>, String(value++), 'DINT', Date.now())
  return { count, subject: (i) => subjects[i] as TagSubject, body: nextBody, nextBody }
}

/** One side of a comparison: sends until stopped; `confirmed` counts what the broker has confirmed. */
export interface Side {
  confirmed(): number
  stop(): Promise<void>
}

/** Our side: each tag changes again as soon as its value was taken. */
export async function startOurs(bridge: Bridge): Promise<Side> {
  const tags = benchTags()
  let failed: Error | undefined
  let stopped = false
  const source: TagSource = {
    ...tags,
    body: (index) => {
      if (!stopped) outbox.offer(index)
      return tags.nextBody(index)
    },
  }
  const outbox = createOutbox({
    source,
    includes: () => true,
    limits: bridge.limits,
    onRefused: (error) => {
      failed = error
    },
  })
  const connection = await bridge.connect({ signal: new AbortController().signal })
  void connection.lost.then((why) => {
    if (!stopped) failed = why
  })
  outbox.resync()
  outbox.attach(connection)
  return {
    confirmed: () => {
      if (failed) throw failed
      return outbox.stats().confirmed
    },
    stop: async () => {
      stopped = true
      await outbox.drained(5_000)
      outbox.close()
      await connection.close()
    },
  }
}

/** The other side: `send` sends one message or batch, and resolves with how many were confirmed. */
export function startBare(send: () => Promise<number>, close: () => Promise<unknown>): Side {
  let confirmed = 0
  let stopped = false
  let failed: unknown
  const running = (async () => {
    while (!stopped) confirmed += await send()
  })().catch((error: unknown) => {
    failed = error
  })
  return {
    confirmed: () => {
      if (failed) throw failed
      return confirmed
    },
    stop: async () => {
      stopped = true
      await running
      await close()
    },
  }
}

export interface Comparison {
  readonly name: string
  readonly bareName: string
  /** The goal of the ratio. */
  readonly limit: number
  readonly rounds: number
  say(text: string): void
  ours(): Promise<Side>
  bare(): Promise<Side>
}

/** Measures both sides in turn, `rounds` times, each with a fresh connection. */
export async function compare(options: Comparison): Promise<readonly Row[]> {
  const { name, bareName, rounds, say } = options
  const figures: { ours: number; bare: number; cpu: number }[] = []
  // The first round has code in it that is not compiled yet.
  for (let round = 0; round <= rounds; round++) {
    const bare = await rate(options.bare)
    const ours = await rate(options.ours)
    if (round === 0) continue
    figures.push({ ours: ours.perSecond, bare: bare.perSecond, cpu: ours.cpuUs })
    say(`${name}: ${Math.round(ours.perSecond)}/s, ${bareName} ${Math.round(bare.perSecond)}/s`)
  }
  const ratios = figures.map(({ ours, bare }) => ours / bare)
  const must = { is: 'at least', limit: options.limit } as const
  return [
    { what: 'confirmed through bridge and outbox', value: median(figures.map(({ ours }) => ours)), unit: 'messages/s' },
    { what: bareName, value: median(figures.map(({ bare }) => bare)), unit: 'messages/s' },
    { what: 'ratio', value: median(ratios), unit: 'times', must },
    { what: 'ratio, worst round', value: percentile(ratios, 0), unit: 'times' },
    { what: 'CPU of a message', value: median(figures.map(({ cpu }) => cpu)), unit: 'µs' },
  ]
}

async function rate(start: () => Promise<Side>): Promise<{ perSecond: number; cpuUs: number }> {
  const side = await start()
  await sleep(warmUpMs)
  const cpu = process.cpuUsage()
  const from = side.confirmed()
  const begun = performance.now()
  await sleep(roundMs)
  const count = side.confirmed() - from
  const ms = performance.now() - begun
  const { user, system } = process.cpuUsage(cpu)
  await side.stop()
  return { perSecond: (count * 1_000) / ms, cpuUs: (user + system) / count }
}
