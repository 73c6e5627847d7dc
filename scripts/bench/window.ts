/** What the window costs: until it is there, for each value, for each frame, and in memory after an hour. */
import type { Browser } from 'playwright'
import { benchName } from '#main/plcs/simulator/bench-program'
import { launchChromium } from '#scripts/chromium'
import { plcName, rssMb } from './gateway.ts'
import { type Benchmark, median, percentile, type Row, sleep } from './measure.ts'
import { flood, frameTimes, metricsOf, openMetrics } from './window-page.ts'
import { type Saved, saveTags } from './window-save.ts'
import { openWindowSite, type WindowSite } from './window-site.ts'

const many = 50_000
const perSecond = 2_000
const settleMs = 3_000
const roundMs = 4_000
const savedTags = 5_000
/** Values that change in an hour, and the longest time it is given, in ms. */
const anHour = 3_600 * perSecond
const longestHourMs = 240_000
/** Between two looks at how far the hour is, in ms. */
const lookMs = 5_000

export const window: Benchmark = async ({ rounds, say }) => {
  const browser = await launchChromium()
  try {
    return [
      ...(await ready(browser, 500, rounds, say)),
      ...(await live(browser, rounds, say)),
      ...(await hour(browser, say)),
    ]
  } finally {
    await browser.close()
  }
}

/** The browser runs already; the gateway does not. */
async function ready(browser: Browser, count: number, rounds: number, say: Say): Promise<readonly Row[]> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const site = await openWindowSite(browser, { count, changesPerSecond: 0, pollMs: 250 })
    times.push(site.readyMs)
    await site.close()
    say(`window: ${count} tags: first value after ${site.readyMs.toFixed(0)} ms`)
  }
  return [
    { what: `start of the process to the first value on the screen, ${count} tags`, value: median(times), unit: 'ms' },
  ]
}

type Say = (text: string) => void

async function live(browser: Browser, rounds: number, say: Say): Promise<readonly Row[]> {
  const what = `${many.toLocaleString('en')} tags, ${perSecond.toLocaleString('en')} changes/s`
  const site = await openWindowSite(browser, { count: many, changesPerSecond: perSecond, pollMs: 1_000 })
  try {
    await sleep(settleMs)
    const frames = { still: [] as Frames[], scrolling: [] as Frames[] }
    for (let round = 0; round < rounds; round++) {
      frames.still.push(await framesOf(site, false))
      frames.scrolling.push(await framesOf(site, true))
      say(`window: ${what}: ${frameText(frames.still.at(-1))}; scrolling: ${frameText(frames.scrolling.at(-1))}`)
    }
    const addresses = Array.from({ length: 500 }, (_, i) => benchName(i * (many / 500)))
    const rates: number[] = []
    for (let round = 0; round < rounds; round++) {
      const { updates, seconds } = await flood(site.page, addresses, plcName, roundMs)
      rates.push(updates / seconds)
      say(`window: gateway to page: ${(updates / seconds).toFixed(0)} values/s`)
    }
    const saved = await saveTags(site, savedTags)
    say(`window: saved after ${saved.tookMs.toFixed(0)} ms; a call waited ${saved.longestMs.toFixed(0)} ms at most`)
    site.check()
    return [
      { what: `start of the process to the first value on the screen, ${what}`, value: site.readyMs, unit: 'ms' },
      ...frameRows(`${what}, at rest`, frames.still),
      ...frameRows(`${what}, scrolling`, frames.scrolling),
      { what: 'values from gateway to page over one wire, as fast as it goes', value: median(rates), unit: 'values/s' },
      ...saveRows(saved),
    ]
  } finally {
    await site.close()
  }
}

function saveRows({ tookMs, longestMs }: Saved): readonly Row[] {
  const what = `a save that changes ${savedTags.toLocaleString('en')} of ${many.toLocaleString('en')} tags`
  return [
    { what, value: tookMs, unit: 'ms' },
    // Done on the gateway's own thread, all of it would be one wait.
    {
      what: `${what}: longest wait of a call meanwhile, of the whole`,
      value: (longestMs / tookMs) * 100,
      unit: '%',
      must: { is: 'at most', limit: 33 },
    },
  ]
}

interface Frames {
  readonly p50: number
  readonly p95: number
  /** Time of the page's thread for each frame, ms. */
  readonly threadMs: number
}

async function framesOf(site: WindowSite, scroll: boolean): Promise<Frames> {
  const session = await openMetrics(site.page)
  const before = await metricsOf(session)
  const times = await frameTimes(site.page, roundMs, scroll)
  const { taskMs } = await metricsOf(session)
  await session.detach()
  site.check()
  return { p50: median(times), p95: percentile(times, 95), threadMs: (taskMs - before.taskMs) / times.length }
}

function frameText(frames: Frames | undefined): string {
  const { p50 = 0, p95 = 0, threadMs = 0 } = frames ?? {}
  return `${p50.toFixed(1)} ms a frame (p95 ${p95.toFixed(1)}), ${threadMs.toFixed(1)} ms of them work`
}

function frameRows(what: string, rounds: readonly Frames[]): readonly Row[] {
  const of = (name: keyof Frames) => median(rounds.map((frames) => frames[name]))
  return [
    // What is left of a 60th of a second is for the browser to paint.
    { what: `${what}: work for a frame`, value: of('threadMs'), unit: 'ms', must: { is: 'at most', limit: 16 } },
    { what: `${what}: from frame to frame, p50`, value: of('p50'), unit: 'ms' },
    { what: `${what}: from frame to frame, p95`, value: of('p95'), unit: 'ms' },
  ]
}

/** As many changes as an hour has, as fast as they come: all tags change at each poll. */
async function hour(browser: Browser, say: Say): Promise<readonly Row[]> {
  const site = await openWindowSite(browser, { count: many, changesPerSecond: 4 * many, pollMs: 250 })
  try {
    const session = await openMetrics(site.page)
    await sleep(settleMs)
    const before = { rss: await rssMb(site.gateway.pid), heap: (await metricsOf(session, true)).heapMb }
    const end = performance.now() + longestHourMs
    const begun = await pollsOf(site)
    let changes = 0
    let most = before.rss
    while (changes < anHour && performance.now() < end) {
      await sleep(lookMs)
      site.check()
      changes = ((await pollsOf(site)) - begun) * many
      most = Math.max(most, await rssMb(site.gateway.pid))
      say(
        `window: ${(changes / 1e6).toFixed(1)} of ${(anHour / 1e6).toFixed(1)} million changes, gateway ${most.toFixed(0)} MB`,
      )
    }
    const after = { rss: await rssMb(site.gateway.pid), heap: (await metricsOf(session, true)).heapMb }
    const what = `after ${(changes / 1e6).toFixed(1)} million changes (an hour at ${perSecond.toLocaleString('en')}/s)`
    return [
      { what: 'memory of the gateway (RSS) before', value: before.rss, unit: 'MB' },
      { what: `memory of the gateway (RSS) ${what}`, value: after.rss, unit: 'MB' },
      { what: 'memory of the gateway (RSS) at most', value: most, unit: 'MB' },
      { what: "the page's heap before", value: before.heap, unit: 'MB' },
      {
        what: `the page's heap ${what}`,
        value: after.heap,
        unit: 'MB',
        must: { is: 'at most', limit: Math.ceil(before.heap * 1.5) },
      },
    ]
  } finally {
    await site.close()
  }
}

/** Polls since the connection is up. */
async function pollsOf({ client }: WindowSite): Promise<number> {
  const status = await client.call('gateway.status', {})
  return status.plcs[0]?.poll.polls ?? 0
}
