import type { TagChoice } from './rows.ts'

/** A choice as the id of a tree item; `choiceOf` reads it. */
export function choiceId(choice: TagChoice): string {
  switch (choice.kind) {
    case 'all':
      return 'all'
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

/** Undefined for an item that only opens. A PLC itself stands for its controller tags. */
export function choiceOf(id: string): TagChoice | undefined {
  const [kind, first = '', second = ''] = id.split('\n')
  switch (kind) {
    case 'all':
      return { kind }
    case 'plc':
      return { kind: 'controller', plc: first }
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
