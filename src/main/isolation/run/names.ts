/**
 * Check 1: every derived name listed; valid; no two the same on one broker; none of another site; one partition for
 * requests. What it does not prove: that no site exists which nobody listed.
 */

import type { Evidence } from '#shared/isolation-run'
import { type BaseUse, baseCollisions, repeats } from '#shared/names/collisions'
import { baseProblem, namespaceProblem } from '#shared/names/rules'
import { derivedNames } from '#shared/names/table'
import { about, type Check, type CheckContext, type Findings, type RunEntry } from './context.ts'

export const namesCheck: Check = {
  number: 1,
  needsHolder: false,
  run: async (context): Promise<Findings> => {
    const rows = derivedNames(context.config, context.identity)
    const evidence = [...validity(context), ...doubles(context), ...meetings(context), ...partitions(context)]
    const sites = context.sites()
    const wrong = evidence.filter(({ verdict }) => verdict === 'fail')
    const good: Evidence = {
      verdict: 'pass',
      word: String(rows.length),
      text: `${rows.length} names on ${count(context.entries.length, 'broker')}: valid, no two alike, none of ${count(sites.length, 'other site')} listed`,
    }
    return {
      evidence: wrong.length > 0 ? evidence : [good, ...evidence],
      notTried:
        sites.length > 0
          ? []
          : ['No other site is listed: nobody could be compared with. Add them, or import their configurations.'],
    }
  },
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

function validity({ config, entries }: CheckContext): Evidence[] {
  const problem = namespaceProblem(config.namespace)
  const whole: Evidence[] = problem ? [{ verdict: 'fail', word: 'invalid', text: `namespace ${problem}` }] : []
  const bases = entries.flatMap((entry) => {
    const wrong = baseProblem(entry.base)
    return wrong ? [about(entry, 'fail', 'invalid', `base ${wrong}`, entry.base)] : []
  })
  return [...whole, ...bases]
}

function doubles({ config, entries, identity }: CheckContext): Evidence[] {
  const brokerOf = new Map(entries.map(({ id, broker }) => [`${id.service} ${id.name}`, broker]))
  const rows = derivedNames(config, identity).filter(({ kind }) => kind !== 'record key')
  const place = (row: (typeof rows)[number]) =>
    `${row.service} ${brokerOf.get(`${row.service} ${row.entry}`) ?? row.entry}`
  return repeats(rows, (row) => `${place(row)} ${row.kind} ${row.name}`).flatMap(({ first, again }) =>
    // One entry may have one name for two purposes (its base is the topic of its values).
    first.entry === again.entry
      ? []
      : [
          {
            verdict: 'fail' as const,
            word: 'twice',
            text: `${again.name}: of ${first.entry} (${first.purpose}) and of ${again.entry} (${again.purpose})`,
            address: again.name,
          },
        ],
  )
}

/** Names of other sites on our brokers. Of a site without a known configuration the namespace alone is its base. */
function meetings(context: CheckContext): Evidence[] {
  const ours = context.entries.map((entry) => useOf(entry, context.config.namespace, entry.config.selector))
  return context.sites().flatMap((site) => {
    const theirs: BaseUse[] = context.entries.map((entry) => useOf(entry, site.namespace))
    const known = (site.bases ?? []).flatMap(({ service, base }) =>
      context.entries.filter(({ id, base: own }) => id.service === service && base === own),
    )
    const met = baseCollisions([...ours, ...theirs]).filter(
      ({ first, second }) => ours.includes(first) && theirs.includes(second as BaseUse),
    )
    const text = (what: string) => `${site.site || 'another site'} (namespace ${site.namespace}): ${what}`
    return [
      ...met.map((one): Evidence => ({ verdict: 'fail', word: 'collides', text: text(one.text) })),
      ...known.map((entry) =>
        about(entry, 'fail', 'collides', text('one of its entries has the same base'), entry.base),
      ),
    ]
  })
}

function useOf(entry: RunEntry, namespace: string, selector?: string): BaseUse {
  return { service: entry.id.service, namespace, brokers: [entry.broker], ...(selector ? { selector } : {}) }
}

/** Two partitions would let a set-point and the start after it overtake each other. */
function partitions({ entries }: CheckContext): Evidence[] {
  return entries.flatMap((entry) => {
    if (entry.id.service !== 'kafka' || !entry.config.enable_writeback) return []
    const problem = entry.problem()
    if (problem) return [about(entry, 'not-proven', 'not connected', problem)]
    const several = / has (\d+) partitions/.exec(entry.note())
    return several ? [about(entry, 'fail', `${several[1]} partitions`, entry.note())] : []
  })
}
