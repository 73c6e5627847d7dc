/**
 * Edits of tags carried out on the rows that are here: what this window has changed need not be read again, which takes
 * a while where tags are many. Pure. What is not understood gives undefined: then it is read.
 */
import type { ConfigEdit, TagKeys } from '#shared/contract/edits'
import type { TagPageRow } from '#shared/contract/tags'

type Rows = readonly TagPageRow[]

/** Rows of one PLC after these edits; undefined where one of them may do more than is known here. */
export function withEdits(plc: string, rows: Rows, edits: readonly ConfigEdit[]): Rows | undefined {
  return edits.reduce<Rows | undefined>((now, edit) => (now ? withEdit(plc, now, edit) : undefined), rows)
}

function withEdit(plc: string, rows: Rows, edit: ConfigEdit): Rows | undefined {
  switch (edit.kind) {
    case 'set-tags':
      return edit.plc === plc ? withTags(rows, edit.tags) : rows
    case 'add-tags':
      if (edit.plc !== plc) return rows
      return withTags(
        rows,
        edit.tags.map(({ name, ...keys }) => ({ name, keys })),
      )
    case 'remove-tags': {
      if (edit.plc !== plc) return rows
      const gone = new Set(edit.tags)
      return rows.filter(({ name }) => !gone.has(name))
    }
    default:
      return undefined
  }
}

function withTags(rows: Rows, tags: readonly { readonly name: string; readonly keys: TagKeys }[]): Rows {
  const keysOf = new Map(tags.map(({ name, keys }) => [name, keys]))
  const known = new Set(rows.map(({ name }) => name))
  return [
    ...rows.map((row) => {
      const keys = keysOf.get(row.name)
      return keys ? withKeys(row, keys) : row
    }),
    ...tags.filter(({ name }) => !known.has(name)).map(({ name, keys }) => withKeys({ name, ...defaults }, keys)),
  ]
}

const defaults = {
  enabled: true,
  writable: false,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
} as const

/** null takes a key away, so that its default holds. */
function withKeys(row: TagPageRow, keys: TagKeys): TagPageRow {
  const { alias, min, max, enum: choices, ...rest } = row
  const optional = { alias, min, max, enum: choices }
  const set = <K extends keyof typeof optional>(key: K) => {
    const value = keys[key] === undefined ? optional[key] : keys[key]
    return value === undefined || value === null ? {} : { [key]: value }
  }
  return {
    ...rest,
    enabled: given(keys.enabled, row.enabled, defaults.enabled),
    writable: given(keys.writable, row.writable, defaults.writable),
    ignore_changes: given(keys.ignore_changes, row.ignore_changes, defaults.ignore_changes),
    no_mqtt: given(keys.no_mqtt, row.no_mqtt, defaults.no_mqtt),
    no_valkey: given(keys.no_valkey, row.no_valkey, defaults.no_valkey),
    no_kafka: given(keys.no_kafka, row.no_kafka, defaults.no_kafka),
    ...set('alias'),
    ...set('min'),
    ...set('max'),
    ...set('enum'),
  }
}

function given<T>(key: T | null | undefined, before: T, absent: T): T {
  if (key === undefined) return before
  return key === null ? absent : key
}
