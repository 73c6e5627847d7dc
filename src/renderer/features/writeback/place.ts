/**
 * Where the draft goes: broker and PLC. What was chosen stays chosen, whether it is there or not: a request must never go
 * to another machine, or another way, because the configuration or the other choice has changed. Pure.
 */
import { entryTitle } from '#renderer/site/chips'
import type { EntryId } from '#shared/broker'
import type { CommandEntry } from '#shared/commands'
import type { ConfigView } from '#shared/site'
import { type Draft, entriesOf } from './draft.ts'

export interface Place {
  /** Absent: none is switched on, or the chosen one is gone. */
  readonly entry?: CommandEntry | undefined
  /** PLCs the entry serves, by name, in the order of the file. */
  readonly plcs: readonly string[]
  /** '' while none is chosen and none is served. */
  readonly plc: string
  /** Why nothing can go there, and what to do; undefined where it can. */
  readonly entryProblem?: string | undefined
  readonly plcProblem?: string | undefined
}

export function placeOf(draft: Pick<Draft, 'entry' | 'plc'>, config: ConfigView): Place {
  const entry = entryOf(draft, entriesOf(config))
  const plcs = entry ? plcsOf(entry, config) : []
  const plc = draft.plc === '' ? (plcs[0] ?? '') : draft.plc
  const entryProblem =
    !entry && draft.entry
      ? `${entryTitle(draft.entry)}, the broker that was chosen, is not there any more, or is switched off. Choose one.`
      : undefined
  return { entry, plcs, plc, entryProblem, plcProblem: plcProblem(plc, entry, config) }
}

/** The chosen one; where none was: the first that takes requests for the PLC, or the first that takes any, or the first. */
function entryOf({ entry, plc }: Pick<Draft, 'entry' | 'plc'>, entries: readonly CommandEntry[]) {
  if (entry) return entries.find((one) => isEntry(one, entry))
  const taking = entries.filter(({ config }) => config.enable_writeback)
  return taking.find((one) => plc === '' || serves(one, plc)) ?? taking[0] ?? entries[0]
}

function plcProblem(plc: string, entry: CommandEntry | undefined, config: ConfigView): string | undefined {
  if (plc === '') return undefined
  if (!config.plcs.some(({ name }) => name === plc)) return `${plc} is not in the configuration any more. Choose a PLC.`
  if (!entry || serves(entry, plc)) return undefined
  return `${entryTitle(entryIdOf(entry))} does not serve ${plc}. Choose a PLC, or another broker.`
}

/**
 * The broker for a tag that another screen has chosen: the one chosen last where it serves its PLC, else the first that
 * does and takes requests, since nobody chose the other for this tag.
 */
export function entryForTag(chosen: EntryId | undefined, plc: string, config: ConfigView): EntryId | undefined {
  const serving = entriesOf(config).filter((entry) => serves(entry, plc))
  if (chosen && serving.some((entry) => isEntry(entry, chosen))) return chosen
  const other = serving.find((entry) => entry.config.enable_writeback)
  return other ? entryIdOf(other) : chosen
}

export function entryIdOf({ service, config }: CommandEntry): EntryId {
  return { service, name: config.name }
}

function isEntry({ service, config }: CommandEntry, id: EntryId): boolean {
  return service === id.service && config.name === id.name
}

function serves({ config }: CommandEntry, plc: string): boolean {
  return config.plcs?.includes(plc) ?? true
}

function plcsOf(entry: CommandEntry, config: ConfigView): readonly string[] {
  return config.plcs.map(({ name }) => name).filter((name) => serves(entry, name))
}
