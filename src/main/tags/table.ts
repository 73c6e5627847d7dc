/**
 * Last values of all configured tags of all PLCs, by index. In come the polls' batches, out come the indices of tags
 * with a new value; bridges read bodies from here when they build a message.
 */
import { type TagTemplate, tagBody, tagTemplate } from '#main/bridges/message'
import type { ReadBatch } from '#main/plcs/driver'
import { type PlcConfig, publishedName, type TagConfig } from '#shared/config'
import { type DataType, typeName } from '#shared/plc'
import { sameData } from '#shared/same-data'
import type { Quality, ReadOutcome, TagSnapshot, TagSource, TagSubject } from '#shared/tag'
import { valueToJson } from '#shared/value'
import { changeOf } from './change.ts'

/** A configured tag with its place in the table. */
export interface TagRow {
  readonly index: number
  readonly plc: PlcConfig
  readonly tag: TagConfig
}

export interface TagTable extends TagSource {
  /** By index; undefined where a place is free. */
  readonly rows: readonly (TagRow | undefined)[]
  /** Rows of one PLC, in configuration order. */
  rowsOf(plc: string): readonly TagRow[]
  /** Those of them that are polled (`enabled`). */
  polledRows(plc: string): readonly TagRow[]
  /** A tag by its name (not its alias). */
  find(plc: string, tag: string): TagRow | undefined
  /**
   * Takes the tags of a PLC over, known or new. A tag that stays keeps its index, its value and its type; one that is
   * gone gives its index free. Returns the indices whose message says something else than before.
   */
  put(plc: PlcConfig): readonly number[]
  /** Forgets a PLC and all its values. */
  remove(plc: string): void
  /**
   * Takes one poll over. `rows` are the plan's tags in the plan's order. `onChange` hears each index with a new good
   * value, at once and in order.
   */
  update(rows: readonly TagRow[], batch: ReadBatch, onChange: (index: number) => void): void
  /** The link is gone: good values of these rows turn stale, with the reason. */
  linkLost(rows: readonly TagRow[], why: string): void
  snapshot(index: number): TagSnapshot
  /** Type of a tag as last read; undefined before the first good read. */
  typeOf(index: number): DataType | undefined
}

type Good = Extract<ReadOutcome, { ok: true }>

interface Cell {
  last?: ReadOutcome
  good?: Good
  /** The batch that holds the time of the newest read, and the tag's place in it. */
  batch?: ReadBatch
  place: number
  /** When the value of the next message was read, ms since the epoch. */
  goodAt: number
  changedAt: number
  quality: Quality
  error: string
  body?: string
}

/** All that belongs to one index. What reads it late, after its tag is gone, finds no value. */
interface Slot {
  row: TagRow
  readonly cell: Cell
  subject: TagSubject
  template: TagTemplate
  ignored: ReadonlySet<string> | undefined
}

function newSlot(row: TagRow): Slot {
  return { ...fixedParts(row), cell: { place: 0, goodAt: 0, changedAt: 0, quality: 'waiting', error: '' } }
}

function fixedParts(row: TagRow): Omit<Slot, 'cell'> {
  const { plc, tag } = row
  const name = publishedName(tag)
  return {
    row,
    subject: { kind: 'tag', plc: plc.name, tag: name },
    template: tagTemplate(plc.name, name, tag.writable),
    ignored: tag.ignore_changes.length > 0 ? new Set(tag.ignore_changes) : undefined,
  }
}

/** The table of these PLCs; others come and go with `put` and `remove`. */
export function createTagTable(plcs: readonly PlcConfig[]): TagTable {
  const slots: (Slot | undefined)[] = []
  const rows: (TagRow | undefined)[] = []
  /** Indices without a tag. What still waits somewhere under such an index is looked up when it is sent. */
  const free: number[] = []
  const ofPlc = new Map<string, ReadonlyMap<string, TagRow>>()

  function occupy(plc: PlcConfig, tag: TagConfig): TagRow {
    const index = free.pop() ?? slots.length
    const row = { index, plc, tag }
    slots[index] = newSlot(row)
    rows[index] = row
    return row
  }

  function vacate({ index }: TagRow) {
    slots[index] = undefined
    rows[index] = undefined
    free.push(index)
  }

  /** The tag stays at its place; true where its message is another one now. */
  function keep(old: TagRow, plc: PlcConfig, tag: TagConfig): { readonly row: TagRow; readonly changed: boolean } {
    const { index } = old
    const row = { index, plc, tag }
    const slot = slots[index] as Slot
    const changed = !sameData(old.tag, tag) || old.plc.enabled !== plc.enabled
    if (changed && !tag.enabled) slots[index] = newSlot(row)
    else {
      Object.assign(slot, fixedParts(row))
      if (changed) delete slot.cell.body
    }
    rows[index] = row
    return { row, changed }
  }

  function put(plc: PlcConfig): readonly number[] {
    const before = ofPlc.get(plc.name)
    const now = new Map<string, TagRow>()
    const changed: number[] = []
    const gone = new Map(before)
    for (const { name } of plc.tags) gone.delete(name)
    for (const row of gone.values()) vacate(row)
    for (const tag of plc.tags) {
      const old = before?.get(tag.name)
      if (!old) {
        now.set(tag.name, occupy(plc, tag))
        continue
      }
      const kept = keep(old, plc, tag)
      now.set(tag.name, kept.row)
      if (kept.changed) changed.push(kept.row.index)
    }
    ofPlc.set(plc.name, now)
    return changed
  }

  for (const plc of plcs) put(plc)

  function take(index: number, outcome: ReadOutcome, at: number): boolean {
    const { cell: mine, ignored } = slots[index] as Slot
    const change = changeOf(mine.last, outcome, mine.good, ignored)
    mine.last = outcome
    if (!outcome.ok) {
      if (change === 'failed') {
        mine.quality = 'bad'
        mine.error = outcome.text
      }
      return false
    }
    // A message that was due while the tag was bad or stale was not sent: a tag that comes back is published once.
    const recovered = mine.quality !== 'good'
    mine.quality = 'good'
    mine.error = ''
    if (change === 'same' && !recovered) return false
    mine.good = outcome
    mine.goodAt = at
    if (change !== 'same') mine.changedAt = at
    delete mine.body
    return change === 'value' || recovered
  }

  return {
    rows,
    get count() {
      return slots.length
    },
    rowsOf: (plc) => [...(ofPlc.get(plc)?.values() ?? [])],
    polledRows: (plc) => [...(ofPlc.get(plc)?.values() ?? [])].filter((row) => row.tag.enabled),
    find: (plc, tag) => ofPlc.get(plc)?.get(tag),
    put,
    remove: (plc) => {
      for (const row of ofPlc.get(plc)?.values() ?? []) vacate(row)
      ofPlc.delete(plc)
    },
    subject: (index) => (slots[index] as Slot).subject,
    body: (index) => {
      const slot = slots[index]
      if (!slot?.cell.good || slot.cell.quality !== 'good') return undefined
      const { cell, template } = slot
      cell.body ??= tagBody(template, valueToJson(slot.cell.good.value), typeName(slot.cell.good.type), cell.goodAt)
      return cell.body
    },
    update: (polled, batch, onChange) => {
      for (let place = 0; place < polled.length; place++) {
        const { index } = polled[place] as TagRow
        const outcome = batch.outcomes[place] as ReadOutcome
        const mine = (slots[index] as Slot).cell
        if (mine.batch !== batch) {
          mine.batch = batch
          mine.place = place
        }
        // The driver gives the same object while the bytes are the same: nearly all tags end here.
        if (outcome === mine.last && mine.quality !== 'stale') continue
        if (take(index, outcome, batch.times[place] as number)) onChange(index)
      }
    },
    linkLost: (lost, why) => {
      for (const { index } of lost) {
        const mine = slots[index]?.cell
        if (!mine) continue
        if (mine.quality !== 'waiting') mine.quality = mine.good ? 'stale' : 'bad'
        mine.error = why
        delete mine.last
      }
    },
    snapshot: (index) => {
      const mine = slots[index]?.cell
      if (!mine) return { quality: 'waiting', at: 0, changedAt: 0, error: '' }
      const at = mine.last?.ok && mine.batch ? (mine.batch.times[mine.place] as number) : mine.goodAt
      const snapshot = { quality: mine.quality, at, changedAt: mine.changedAt, error: mine.error }
      return mine.good ? { ...snapshot, value: mine.good.value, type: mine.good.type } : snapshot
    },
    typeOf: (index) => slots[index]?.cell.good?.type,
  }
}
