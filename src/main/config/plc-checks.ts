/** Checks of PLCs and tags against each other. */
import { kafkaNames } from '#shared/names/build'
import { repeats } from '#shared/names/collisions'
import { folded } from '#shared/names/rules'
import { type Draft, named, noSuchPlc, type PlcGroup } from './draft.ts'
import { cut, type Problems } from './problems.ts'
import { likelyMeant } from './read-group.ts'

/** Runs over whatever is well formed. */
export function checkPlcs(draft: Draft, problems: Problems): void {
  checkNames(draft.plcs, problems)
  for (const plc of draft.plcs) checkTags(plc, problems)
  checkRecordKeys(draft, problems)
  if (draft.commissioning) checkCommissioning(draft, draft.commissioning, problems)
}

function checkNames(plcs: readonly PlcGroup[], problems: Problems): void {
  for (const { first, again } of repeats(named(plcs), (plc) => folded(plc.part.name ?? ''))) {
    const where = `line ${problems.lineOf([...first.path, 'name'])}`
    problems.error(
      [...again.path, 'name'],
      `the name is already given to another PLC (${where}); names must differ in more than case. Rename one of them.`,
    )
  }
}

function checkTags(plc: PlcGroup, problems: Problems): void {
  const names = plc.tagGroups.flatMap(({ path, part }) => {
    const own = part.name === undefined ? [] : [{ path: [...path, 'name'], name: part.name }]
    const sameAsName = part.alias !== undefined && part.name !== undefined && folded(part.alias) === folded(part.name)
    return part.alias === undefined || sameAsName ? own : [...own, { path: [...path, 'alias'], name: part.alias }]
  })
  for (const { first, again } of repeats(names, ({ name }) => folded(name))) {
    const where = `line ${problems.lineOf(first.path)}`
    problems.error(
      again.path,
      `${JSON.stringify(again.name)} is already the name or alias of another tag of this PLC (${where}). Give it another alias, or remove one of them.`,
    )
  }
  for (const { path, part } of plc.tagGroups) {
    if (part.min !== undefined && part.max !== undefined && part.min > part.max) {
      problems.error(
        [...path, 'min'],
        `${part.min} is larger than max (${part.max}), so that nothing could be written. Swap them.`,
      )
    }
  }
}

/** PLC `A.B` with tag `C` and PLC `A` with tag `B.C` would share a Kafka record key. */
function checkRecordKeys(draft: Draft, problems: Problems): void {
  if (draft.kafka.length === 0) return
  const keys = draft.plcs.flatMap((plc) =>
    plc.tagGroups.flatMap(({ path, part }) => {
      const tag = part.alias ?? part.name
      const used = plc.part.name !== undefined && tag !== undefined && part.enabled !== false && part.no_kafka !== true
      return used ? [{ plc, path, key: kafkaNames.key(plc.part.name ?? '', tag) }] : []
    }),
  )
  for (const { first, again } of repeats(keys, ({ key }) => key)) {
    if (first.plc === again.plc) continue
    const where = `line ${problems.lineOf(first.path)}`
    problems.error(
      again.path,
      `has the same Kafka record key ${JSON.stringify(again.key)} as a tag of another PLC (${where}). Give one of them an alias.`,
    )
  }
}

function checkCommissioning(
  draft: Draft,
  chosen: { readonly plc: string; readonly tag: string },
  problems: Problems,
): void {
  const plc = draft.plcs.find(({ part }) => part.name === chosen.plc)
  const tags = plc?.tagGroups ?? []
  const tag = tags.find(({ part }) => part.name === chosen.tag || part.alias === chosen.tag)
  if (!plc) {
    problems.error(['commissioning', 'plc'], noSuchPlc(chosen.plc, draft))
  } else if (!tag) {
    const meant = likelyMeant(
      chosen.tag,
      tags.flatMap(({ part }) => part.name ?? []),
    )
    const hint = meant ? `Did you mean ${JSON.stringify(meant)}?` : 'List it under tags of this PLC.'
    problems.error(
      ['commissioning', 'tag'],
      `no tag of this PLC has the name ${JSON.stringify(cut(chosen.tag))}. ${hint}`,
    )
  } else if (tag.part.writable === false) {
    problems.warn(
      ['commissioning', 'tag'],
      'the tag is not writable, so the isolation run can not use it. Set writable: true on it, or choose another tag.',
    )
  }
}
