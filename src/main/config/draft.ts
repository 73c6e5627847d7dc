/** What could be read of a file, well formed or not: the ground of the checks that concern several keys or entries. */

import { cut } from './problems.ts'
import { type Group, likelyMeant } from './read-group.ts'
import type { FileKafka, FileMqtt, FilePlc, FileTag, FileValkey } from './schema.ts'

export interface PlcGroup extends Group<FilePlc> {
  readonly tagGroups: readonly Group<FileTag>[]
}

export interface Draft {
  readonly namespace?: string
  readonly commissioning?: { readonly plc: string; readonly tag: string }
  readonly plcs: readonly PlcGroup[]
  readonly mqtt: readonly Group<FileMqtt>[]
  readonly valkey: readonly Group<FileValkey>[]
  readonly kafka: readonly Group<FileKafka>[]
}

/** Text for a name that no PLC has. */
export function noSuchPlc(name: string, draft: Draft): string {
  const names = draft.plcs.flatMap(({ part }) => part.name ?? [])
  const meant = likelyMeant(name, names)
  return `no PLC has the name ${JSON.stringify(cut(name))}.${meant ? ` Did you mean ${JSON.stringify(meant)}?` : ' List it under plcs.'}`
}

/** Those whose name could be read. */
export function named<T extends { readonly part: { readonly name?: string } }>(groups: readonly T[]): T[] {
  return groups.filter(({ part }) => part.name !== undefined)
}
