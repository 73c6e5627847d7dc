import type { TagChoice } from './rows.ts'

/** A choice as the id of a tree item; `choiceOf` reads it. */
export function choiceId(choice: TagChoice): string {
  switch (choice.kind) {
    case 'all':
      return 'all'
    case 'plc':
    case 'controller':
    case 'hidden':
      return `${choice.kind}\n${choice.plc}`
    case 'program':
      return `program\n${choice.plc}\n${choice.program}`
    case 'type':
      return `type\n${choice.plc}\n${choice.type}`
    case 'list':
      return `list\n${choice.name}`
  }
}

/** Undefined for an item that only opens. */
export function choiceOf(id: string): TagChoice | undefined {
  const [kind, first = '', second = ''] = id.split('\n')
  switch (kind) {
    case 'all':
      return { kind }
    case 'plc':
    case 'controller':
    case 'hidden':
      return { kind, plc: first }
    case 'program':
      return { kind, plc: first, program: second }
    case 'type':
      return { kind, plc: first, type: second }
    case 'list':
      return { kind, name: first }
    default:
      return undefined
  }
}

/** What is chosen while nobody chose, or what was chosen is gone. */
export function choiceNow(
  chosen: TagChoice | undefined,
  plcs: readonly string[],
  lists: readonly { readonly name: string }[],
): TagChoice {
  const [first] = plcs
  const isThere =
    chosen?.kind === 'list'
      ? lists.some(({ name }) => name === chosen.name)
      : chosen !== undefined && 'plc' in chosen && plcs.includes(chosen.plc)
  if (chosen && isThere) return chosen
  return first !== undefined && plcs.length === 1 ? { kind: 'plc', plc: first } : { kind: 'all' }
}

export function choiceTitle(choice: TagChoice): string {
  switch (choice.kind) {
    case 'all':
      return 'Tags of all PLCs'
    case 'plc':
      return `Tags of ${choice.plc}`
    case 'controller':
      return `Controller tags of ${choice.plc}`
    case 'program':
      return `Tags of program ${choice.program} of ${choice.plc}`
    case 'hidden':
      return `Module and system tags of ${choice.plc}`
    case 'type':
      return `Tags of type ${choice.type} of ${choice.plc}`
    case 'list':
      return `Watch list ${choice.name}`
  }
}
