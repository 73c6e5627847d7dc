/** What befalls two gateways of one namespace in one round: made from a seed, the same again for the same seed. Pure. */
import { random } from '#scripts/fuzz/config-mutations'
import type { Service } from '#shared/broker'

/** The two sites: the same namespace, different controllers. */
export const sites = ['a', 'b'] as const
export type SiteName = (typeof sites)[number]

/** Something that begins `atMs` after the start of the round and is over `ms` later. */
export type Trouble = What & { readonly site: SiteName; readonly atMs: number; readonly ms: number }

type What =
  | {
      /** The network to these brokers: connections break, stand still, break once, or take longer. */
      readonly kind: 'cut' | 'stall' | 'reset' | 'slow'
      readonly services: readonly Service[]
    }
  /** SIGSTOP, then SIGCONT: as a computer that sleeps. */
  | { readonly kind: 'pause' }
  /** SIGKILL or SIGTERM, then a new process. */
  | { readonly kind: 'kill' | 'end' }

export interface Plan {
  readonly round: number
  readonly services: readonly Service[]
  /** Site A held the namespace before (its note says so), or nobody ever did. */
  readonly history: 'site-a' | 'nobody'
  /** When each process is started, ms after the start of the round. */
  readonly startMs: Readonly<Record<SiteName, number>>
  readonly troubles: readonly Trouble[]
  /** How the holder ends at last. */
  readonly lastEnd: 'kill' | 'end'
}

/** Troubles begin within so many ms; what lasts longer is ended then. Longer than listening takes (25 s). */
export const troubleMs = 28_000
type Choose = <T>(list: readonly [T, ...T[]]) => T
/** Some more often than others. */
const kinds = [
  'cut',
  'cut',
  'stall',
  'stall',
  'reset',
  'slow',
  'pause',
  'pause',
  'pause',
  'kill',
  'kill',
  'end',
] as const
const all: readonly Service[] = ['mqtt', 'valkey', 'kafka']
const longestMs = 16_000

export function planRound(seed: number, round: number): Plan {
  const next = random(seed * 10_007 + round)
  const below = (limit: number) => Math.floor(next() * limit)
  const one: Choose = (list) => list[below(list.length)] ?? list[0]
  // Each broker alone and all three: in turn, so that few rounds have them all.
  const alone = all[round % 4]
  const services = alone ? [alone] : all
  const history = one(['site-a', 'nobody'] as const)
  const [first, second] = below(2) === 0 ? sites : ([...sites].reverse() as [SiteName, SiteName])
  const gapMs = one([0, 0, 1 + below(3_000), 3_000 + below(12_000)])
  const busyUntil = { a: 0, b: 0 }
  const troubles: Trouble[] = []
  for (let count = 2 + below(4); count > 0; count--) {
    const site = one(sites)
    const atMs = Math.max(2_000 + below(troubleMs - 4_000), busyUntil[site])
    if (atMs > troubleMs - 1_000) continue
    const ms = 500 + below(longestMs)
    busyUntil[site] = atMs + ms + 1_000
    troubles.push({ site, atMs, ms, ...whatOf(one, services) })
  }
  return {
    round,
    services,
    history,
    startMs: { [first]: 0, [second]: gapMs } as Record<SiteName, number>,
    troubles: troubles.sort((x, y) => x.atMs - y.atMs),
    lastEnd: one(['kill', 'end'] as const),
  }
}

/**
 * One broker or all of them: while each site lacks one of three, there is one left on which they see each other. Without
 * any, two gateways can't know of each other: a limit that is told, and no subject here.
 */
function whatOf(one: Choose, services: readonly Service[]): What {
  const kind = one<Trouble['kind']>(kinds)
  if (kind === 'pause' || kind === 'kill' || kind === 'end') return { kind }
  const single = one<Service>(['mqtt', 'valkey', 'kafka'])
  return { kind, services: services.includes(single) && one([true, true, false]) ? [single] : services }
}

/** A round in one line. */
export function planText({ services, history, startMs, troubles }: Plan): string {
  const gap = startMs.b - startMs.a
  const order =
    gap === 0 ? 'at the same moment' : gap > 0 ? `A, B ${seconds(gap)} later` : `B, A ${seconds(-gap)} later`
  const told = troubles.map(({ site, atMs, ms, ...what }) => {
    const where = 'services' in what && what.services.length < services.length ? ` ${what.services.join('+')}` : ''
    const length = what.kind === 'reset' ? '' : ` ${seconds(ms)}`
    return `${site.toUpperCase()} ${what.kind}${where} @${seconds(atMs)}${length}`
  })
  const before = history === 'nobody' ? 'new namespace' : 'A held it before'
  return `${services.join('+')}; ${before}; ${order}; ${told.join(', ') || 'no trouble'}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
