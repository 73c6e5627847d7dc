/** A made-up PLC's tags for tests. */
import type { TagPageRow } from '#shared/contract/tags'
import type { CatalogueEntry, TypeRef } from '#shared/plc'
import { createTagIndex } from './tag-index.ts'

export const atomic = (name: string, ...dims: number[]): TypeRef => ({ kind: 'atomic', name, dims })
const struct = (name: string, ...dims: number[]): TypeRef => ({ kind: 'struct', name, dims })
export const entry = (name: string, type: TypeRef, more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  name,
  type,
  access: 'read-write',
  hidden: false,
  ...more,
})
export const configured = (name: string, more: Partial<TagPageRow> = {}): TagPageRow => ({
  name,
  enabled: true,
  writable: false,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
  ...more,
})
const types = {
  Tank_T: [
    { name: 'Level', type: atomic('REAL') },
    { name: 'Temps', type: atomic('REAL', 2) },
  ],
}
export const index = createTagIndex(
  'Main PLC',
  [
    configured('Tank_1.Level', { writable: true }),
    configured('Word.5'),
    configured('Gone.Member', { enabled: false }),
    configured('Program:Main.Step', { alias: 'line/step' }),
  ],
  [
    entry('Tank_10', struct('Tank_T')),
    entry('Tank_1', struct('Tank_T')),
    entry('Word', atomic('INT')),
    entry('Program:Main.Step', atomic('DINT')),
    entry('Local:1:I', struct('AB:IO'), { hidden: true, why: 'data of an I/O module' }),
  ],
  types,
)
