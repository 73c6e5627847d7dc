/** Runs one round: two gateways of one namespace on their own controllers, troubles, requests all the time; then judges it. */
import { run } from '../line/tools.ts'
import { type Contender, createContender } from './contender.ts'
import { judge, type Mark, type Written } from './judge.ts'
import type { Network, Slot } from './network.ts'
import { type Plan, type SiteName, sites, type Trouble, troubleMs } from './plan.ts'
import { sendRequests } from './requests.ts'

export interface RoundResult {
  readonly plan: Plan
  readonly violations: readonly string[]
  /** Requests sent, and those executed. */
  readonly sent: number
  readonly executed: number
  /** Who held it at the end of the troubles, and ms until it did; absent: nobody within the time. */
  readonly holder?: { readonly site: SiteName; readonly afterMs: number }
  /** The machine was too busy: only who wrote, what and when was judged. */
  readonly late: boolean
  /** What the other said when the holder was gone; '' where a Kafka cluster alone was there, on which it goes on. */
  readonly standbySaid: string
  /** ms from a person's takeover to its first write; absent where none was made. */
  readonly takenOverMs?: number
  /** What the gateways printed, of a round with violations. */
  readonly logs: Readonly<Record<SiteName, readonly string[]>>
}

/** What is asked of each gateway's configuration: its default. */
const maxAgeMs = 2_000
/**
 * From the end of the troubles until somebody holds: a record that expires (15 s), listening (25 s), and a group. On
 * Kafka alone two that begin at once hear each other's health: both are silent for 60 s before the first begins anew.
 */
const settleMs = 110_000
/** From then on until it executes a request: each broker has to be back, with the longest wait before a new attempt. */
const workMs = 40_000
/** A gateway that does not come to itself for so long listens anew. */
const busyMs = 3_000

export interface RoundOptions {
  readonly network: Network
  readonly slot: Slot
  readonly namespace: string
  readonly plan: Plan
  /** The holder is ended at last, the other is asked, and a person takes over. */
  readonly takeover: boolean
}

export async function runRound({ network, slot, namespace, plan, takeover }: RoundOptions): Promise<RoundResult> {
  const { services } = plan
  await network.senders.prepare(namespace, services)
  const make = (site: SiteName) => {
    const ports = Object.fromEntries(services.map((service) => [service, slot[site][service].port]))
    const heldBefore = site === 'a' && plan.history === 'site-a'
    return createContender({ namespace, site: `site ${site.toUpperCase()}`, ports, heldBefore })
  }
  const contenders: Record<SiteName, Contender> = { a: await make('a'), b: await make('b') }
  const marks: Mark[] = []
  const requests = sendRequests(network.senders, namespace, services)
  const begun = Date.now()
  try {
    await Promise.all([
      ...sites.map((site) => later(begun + plan.startMs[site], () => contenders[site].start())),
      ...plan.troubles.map((trouble) => befall(trouble, begun, contenders[trouble.site], slot, marks)),
      later(begun + troubleMs, () => {}),
    ])
    const holder = await settled(contenders)
    const works = holder === undefined || (await writesOn(contenders[holder.site]))
    const other: SiteName = holder?.site === 'a' ? 'b' : 'a'
    const last =
      holder && takeover
        ? await takeOver(plan, contenders, { holder: holder.site, other }, namespace, marks)
        : { standbySaid: '', violations: [] }
    const written = sites.flatMap((site) => writtenAt(site, contenders[site]))
    const keepsOwner = services.some((service) => service !== 'kafka')
    const stoodStillMs = requests.late()
    const found = judge({ written, sentAt: requests.sentAt, marks, keepsOwner, maxAgeMs, stoodStillMs })
    // A machine that stood still for so long may have been late itself: who wrote is judged all the same.
    const late = stoodStillMs > busyMs
    const violations = [
      ...found,
      ...(late ? [] : last.violations),
      ...(holder || late ? [] : [`nobody held the namespace ${settleMs / 1000} s after the troubles`]),
      ...(works || late ? [] : [`${holder?.site} held the namespace and executed nothing in ${workMs / 1000} s`]),
    ]
    return {
      plan,
      violations,
      sent: requests.sentAt.size,
      executed: written.length,
      ...(holder ? { holder } : {}),
      late,
      standbySaid: last.standbySaid,
      ...('takenOverMs' in last ? { takenOverMs: last.takenOverMs } : {}),
      logs: { a: contenders.a.log(), b: contenders.b.log() },
    }
  } finally {
    await requests.stop()
    await Promise.all(sites.map((site) => contenders[site].remove()))
    for (const site of sites) for (const way of Object.values(slot[site])) way.restore()
  }
}

async function befall(trouble: Trouble, begun: number, contender: Contender, slot: Slot, marks: Mark[]) {
  const { site, atMs, ms } = trouble
  const ends = Math.min(begun + atMs + ms, begun + troubleMs)
  await later(begun + atMs, () => marks.push({ site, at: Date.now(), until: ends, what: 'down' }))
  switch (trouble.kind) {
    case 'pause':
      contender.signal('SIGSTOP')
      return await later(ends, () => contender.signal('SIGCONT'))
    case 'kill':
    case 'end':
      await contender.down(trouble.kind)
      return await later(ends, () => contender.start())
    default: {
      const ways = trouble.services.map((service) => slot[site][service])
      for (const way of ways) {
        if (trouble.kind === 'slow') way.delay(400)
        else way[trouble.kind]()
      }
      await later(ends, () => {
        for (const way of ways) way.restore()
      })
    }
  }
}

/** Resolves with who holds; undefined where nobody does in time. */
async function settled(contenders: Readonly<Record<SiteName, Contender>>): Promise<RoundResult['holder']> {
  const begun = Date.now()
  for (const site of sites) contenders[site].start()
  while (Date.now() - begun < settleMs) {
    const states = await Promise.all(sites.map(async (site) => ({ site, claim: await contenders[site].claim() })))
    const holding = states.find(({ claim }) => claim?.gateway.kind === 'held')
    if (holding) return { site: holding.site, afterMs: Date.now() - begun }
    await pause(500)
  }
  return undefined
}

/** The holder ends; the other has to stay what it is and to say why, until a person takes the namespace over. */
async function takeOver(
  plan: Plan,
  contenders: Readonly<Record<SiteName, Contender>>,
  { holder, other }: { readonly holder: SiteName; readonly other: SiteName },
  namespace: string,
  marks: Mark[],
) {
  const standby = contenders[other]
  marks.push({ site: holder, at: Date.now(), what: 'down' })
  await contenders[holder].down(plan.lastEnd)
  if (plan.services.every((service) => service === 'kafka')) return { standbySaid: '', violations: [] }
  // Its record is live for 15 s after a kill; then only the owner record is in the way.
  let standbySaid = ''
  const expected = `standby: namespace ${namespace} belongs to `
  const toldBy = Date.now() + 25_000
  while (!standbySaid.startsWith(expected) && Date.now() < toldBy) {
    await pause(500)
    standbySaid = await standby.words()
  }
  const who = `site ${holder.toUpperCase()}`
  const violations =
    standbySaid.startsWith(expected) && standbySaid.includes(who)
      ? []
      : [`${other} did not say that the namespace is of ${who} when that was gone, but: ${standbySaid}`]
  const at = Date.now()
  marks.push({ site: other, at, what: 'taken-over' })
  await run(process.execPath, [
    ...['out/main/cli.js', 'claim', '--config', standby.configPath, '--take', '--namespace', namespace],
    ...['--name', 'R. Ounds', '--reason', 'the other site was moved'],
  ]).catch((error: unknown) => violations.push(`takeover was refused: ${saidBy(error)}`))
  const before = standby.plc.writeLog.length
  while (standby.plc.writeLog.length === before && Date.now() - at < settleMs) await pause(100)
  if (standby.plc.writeLog.length === before)
    violations.push(`${other} did not write within ${settleMs / 1000} s of the takeover`)
  return { standbySaid, violations, takenOverMs: Date.now() - at }
}

/** What a program said, without how it was called. */
function saidBy(error: unknown): string {
  return String(error).split('\n').slice(1).join(' ').trim()
}

/** Whether it executes a request from now on. */
async function writesOn({ plc }: Contender, ms = workMs): Promise<boolean> {
  const [before, end] = [plc.writeLog.length, Date.now() + ms]
  while (plc.writeLog.length === before && Date.now() < end) await pause(100)
  return plc.writeLog.length > before
}

function writtenAt(site: SiteName, { plc }: Contender): readonly Written[] {
  return plc.writeLog.map(({ at, value }) => ({ site, at, value: Number(value) }))
}

async function later(at: number, act: () => unknown): Promise<void> {
  await pause(at - Date.now())
  act()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
}
