/** What a press of Space or `w` changes in the configuration, in words, and how it is undone. Pure. */
import { type ConfigEdit, mostTagsInEdit, type TagKeys } from '#shared/contract/edits'
import type { TagRow } from './rows.ts'

export interface TagChange {
  readonly edits: readonly ConfigEdit[]
  readonly undo: readonly ConfigEdit[]
  readonly text: string
  /** Something to think of, though it is done. */
  readonly warn: boolean
}

/** What a change needs to know of a row. */
type Changed = Pick<TagRow, 'plc' | 'address'> & Partial<Pick<TagRow, 'tag' | 'access' | 'note'>>

/** Publishes all of them, or none where all are published. Undefined where there is nothing to change. */
export function togglePublished(rows: readonly Changed[]): TagChange | undefined {
  const tags = rows.filter(({ note }) => note === undefined)
  if (tags.length === 0) return undefined
  const on = !tags.every(({ tag }) => tag?.enabled)
  const changed = tags.filter(({ tag }) => (tag?.enabled ?? false) !== on)
  return {
    edits: setTags(changed, { enabled: on }),
    undo: undoOf(changed, (tag) => ({ enabled: tag.enabled })),
    text: `${what(changed)} ${on ? 'published' : 'no longer published'}`,
    warn: false,
  }
}

/** Opens all of them for writes, or none where all are open. A tag must be published to be written: it is then. */
export function toggleWritable(rows: readonly Changed[]): TagChange | undefined {
  const tags = rows.filter(({ note }) => note === undefined)
  if (tags.length === 0) return undefined
  const isOpen = ({ tag }: Changed) => tag?.enabled === true && tag.writable
  const on = !tags.every(isOpen)
  const changed = tags.filter((row) => isOpen(row) !== on)
  const refusing = on ? changed.filter(({ access }) => access === 'read-only' || access === 'none') : []
  const remark =
    refusing.length > 0 ? `. External Access of ${what(refusing)} forbids it: the controller will refuse writes.` : ''
  return {
    edits: setTags(changed, on ? { enabled: true, writable: true } : { writable: false }),
    undo: undoOf(changed, (tag) => ({ enabled: tag.enabled, writable: tag.writable })),
    text: `${what(changed)} ${on ? 'writable from now on' : 'no longer writable'}${remark}`,
    warn: refusing.length > 0,
  }
}

/** Takes tags out of the file altogether. */
export function removeTags(rows: readonly Changed[]): TagChange | undefined {
  const configured = rows.filter(({ tag }) => tag !== undefined)
  if (configured.length === 0) return undefined
  return {
    edits: byPlc(configured).map(([plc, tags]) => ({
      kind: 'remove-tags',
      plc,
      tags: tags.map(({ address }) => address),
    })),
    undo: byPlc(configured).map(([plc, tags]) => ({
      kind: 'set-tags',
      plc,
      tags: tags.map(({ address, tag }) => ({ name: address, keys: tag ? keysOf(tag) : {} })),
    })),
    text: `${what(configured)} removed from the configuration`,
    warn: false,
  }
}

function setTags(rows: readonly Changed[], keys: TagKeys): ConfigEdit[] {
  return byPlc(rows).map(([plc, tags]) => ({
    kind: 'set-tags',
    plc,
    tags: tags.map(({ address }) => ({ name: address, keys })),
  }))
}

/** Tags that were not in the file leave it again, the others get back what they had. */
function undoOf(rows: readonly Changed[], before: (tag: NonNullable<TagRow['tag']>) => TagKeys): ConfigEdit[] {
  return byPlc(rows).flatMap(([plc, tags]) => {
    const added = tags.filter(({ tag }) => tag === undefined).map(({ address }) => address)
    const had = tags.flatMap(({ address, tag }) => (tag ? [{ name: address, keys: before(tag) }] : []))
    const edits: ConfigEdit[] = []
    if (added.length > 0) edits.push({ kind: 'remove-tags', plc, tags: added })
    if (had.length > 0) edits.push({ kind: 'set-tags', plc, tags: had })
    return edits
  })
}

function keysOf(tag: NonNullable<TagRow['tag']>): TagKeys {
  const { alias, min, max } = tag
  return {
    enabled: tag.enabled,
    writable: tag.writable,
    ...(alias === undefined ? {} : { alias }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(tag.enum === undefined ? {} : { enum: [...tag.enum] }),
    ...(tag.ignore_changes.length === 0 ? {} : { ignore_changes: [...tag.ignore_changes] }),
    ...(tag.no_mqtt ? { no_mqtt: true } : {}),
    ...(tag.no_valkey ? { no_valkey: true } : {}),
    ...(tag.no_kafka ? { no_kafka: true } : {}),
  }
}

/** Rows by PLC, as many together as one edit may have. */
function byPlc(rows: readonly Changed[]): [plc: string, rows: Changed[]][] {
  const groups: [plc: string, rows: Changed[]][] = []
  const open = new Map<string, Changed[]>()
  for (const row of rows) {
    const group = open.get(row.plc)
    if (group && group.length < mostTagsInEdit) group.push(row)
    else {
      const next = [row]
      open.set(row.plc, next)
      groups.push([row.plc, next])
    }
  }
  return groups
}

/** `Tank_1.Level`, or `3 tags` */
function what(rows: readonly Changed[]): string {
  return rows.length === 1 ? (rows[0]?.address ?? '') : `${rows.length} tags`
}
