/** The report of a run: who, what, when, the evidence, what it is good for and until when. Pure. */
import { createHash } from 'node:crypto'
import { type Config, publishedName } from '#shared/config'
import type {
  Acceptance,
  Amendment,
  CheckNumber,
  CheckResult,
  LeftBehind,
  Report,
  Verdict,
  Watch,
} from '#shared/isolation-run'
import { checks, limits, validUntil, worst } from '#shared/isolation-run'
import { claimWords } from '#shared/isolation-words'
import { derivedNames } from '#shared/names/table'
import { product } from '#shared/product'
import type { RunContext } from './context.ts'

export interface ReportFacts {
  readonly version: string
  readonly host: string
  readonly configPath: string
  readonly startedAt: number
  readonly tookMs: number
  readonly results: readonly CheckResult[]
  /** What could not be undone, in this run or an earlier one. */
  readonly left?: readonly LeftBehind[]
  /** What made results untrue that an earlier run made. */
  readonly amendments?: readonly Amendment[]
  readonly watch?: Watch
}

/** Most names in a report: a large site's table would make it unreadable; the digest covers all of them. */
const mostNames = 2_000

export function makeReport(context: RunContext, facts: ReportFacts): Report {
  const { config, identity, entries } = context
  const claim = context.claim()
  const holds = claim.gateway.kind === 'held' || claim.gateway.kind === 'off' || claim.gateway.kind === 'unproven'
  const { results, left = [], amendments = [], ...rest } = facts
  const report: Omit<Report, 'seal'> = {
    verdict: overall(results, left),
    product: product.name,
    ...rest,
    namespace: config.namespace,
    site: config.site ?? '',
    instance: identity.instance,
    boot: identity.boot,
    digest: configDigest(config),
    role: holds ? 'holder' : 'requester',
    brokers: entries.map(({ id, base, broker, key }) => {
      const one = claim.entries.find(({ entry }) => `${entry.service} "${entry.name}"` === key)
      const words = one ? claimWords(one.state, config.namespace, context.now()).text : 'off'
      return { entry: id, base, address: broker, claim: words, ...(one?.owner ? { owner: one.owner } : {}) }
    }),
    plcs: context.plcs().map(({ name, address, pin }) => ({ name, address, pin })),
    ...(config.commissioning ? { commissioning: config.commissioning } : {}),
    names: derivedNames(config, identity).slice(0, mostNames),
    checks: results,
    ...(left.length > 0 ? { left } : {}),
    limits,
    validUntil,
    amendments,
  }
  return { ...report, seal: sealOf(report) }
}

/** The same report with what is left behind now. */
export function withLeft(report: Report, left: readonly LeftBehind[]): Report {
  const { seal, left: before, ...rest } = report
  const next = { ...rest, verdict: overall(report.checks, left), ...(left.length > 0 ? { left } : {}) }
  return { ...next, seal: sealOf(next) }
}

/** What a run of a part of the checks takes over from the last report. */
export interface Carried {
  readonly results: readonly CheckResult[]
  readonly amendments: readonly Amendment[]
  readonly watch?: Watch
}

/**
 * Results count on where the configuration is the same, each from when it was made. What made one untrue is told until
 * its check is made again. The watch goes on as long as it watches results of the last report.
 */
export function carriedOver(last: Report | undefined, made: readonly CheckNumber[], digest: string): Carried {
  if (!last) return { results: [], amendments: [] }
  const remains = ({ check }: { readonly check: CheckNumber }) => !made.includes(check)
  const results = last.digest === digest ? last.checks.filter(remains) : []
  return {
    results,
    amendments: last.amendments.filter(remains),
    ...(results.length > 0 && last.watch ? { watch: last.watch } : {}),
  }
}

/**
 * The worst of the twelve; a check that was not made proves nothing. Accepted ones stay NOT PROVEN. A run that left
 * something behind fails.
 */
export function overall(results: readonly CheckResult[], left: readonly LeftBehind[] = []): Verdict {
  if (left.length > 0) return 'fail'
  const made = results.map(({ verdict }) => verdict)
  return worst(results.length < checks.length ? [...made, 'not-proven'] : made)
}

/** SHA-256 of the configuration without passwords, keys in order, hex. */
export function configDigest(config: Config): string {
  const text = JSON.stringify(sorted(config), (key, value: unknown) => (key === 'password' ? undefined : value))
  return createHash('sha256').update(text).digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  )
}

/** SHA-256 of the report without seal and amendments: who changed a verdict by hand did not change this. */
export function sealOf(report: Omit<Report, 'seal'>): string {
  const { amendments, watch, ...sealed } = report
  return createHash('sha256')
    .update(JSON.stringify(sorted(sealed)))
    .digest('hex')
}

/** A person takes a NOT PROVEN check as it is. Undefined where there is nothing to accept. */
export function accepted(report: Report, check: CheckNumber, acceptance: Acceptance): Report | undefined {
  const one = report.checks.find((result) => result.check === check)
  if (one?.verdict !== 'not-proven') return undefined
  const next = {
    ...report,
    checks: report.checks.map((result) => (result === one ? { ...one, accepted: acceptance } : result)),
  }
  const { seal, ...rest } = next
  return { ...rest, seal: sealOf(rest) }
}

/** Most amendments kept. */
const mostAmendments = 100

/** What made the report untrue after it was written. The same again is not told twice. */
export function amended(report: Report, amendment: Amendment): Report {
  const { amendments } = report
  if (amendments.length >= mostAmendments) return report
  if (amendments.some(({ check, text }) => check === amendment.check && text === amendment.text)) return report
  return { ...report, amendments: [...amendments, amendment] }
}

/** Name of the commissioning tag as it is written, for a report. */
export function commissioningName({ commissioning, plcs }: Config): string {
  const tag = plcs.find(({ name }) => name === commissioning?.plc)?.tags.find(({ name }) => name === commissioning?.tag)
  return commissioning ? `${commissioning.plc}/${tag ? publishedName(tag) : commissioning.tag}` : ''
}
