/** Addresses → reads. In go a plan's addresses and what is known of the tags, out come the units that serve them. */
import { setImmediate as breathe } from 'node:timers/promises'
import { parseAddress } from './address.ts'
import { type BlockRules, blockKey, blocksOf, type Wanted } from './blocks.ts'
import type { Model } from './model.ts'
import { makeUnit, type ReadUnit } from './read-unit.ts'
import type { Failure } from './target.ts'
import { findTarget } from './target.ts'
import type { Ask } from './templates.ts'

export interface PrepareOptions {
  readonly model: Model
  readonly rules: BlockRules
  /** Loads the templates that are needed. */
  readonly ask: Ask
  /** Hears of an address that can't be read. */
  fail(index: number, failure: Failure): void
}

/** Addresses prepared without letting others run in between. */
const addressesAtOnce = 500
const mostElements = 0xffff

/** Finds out what to ask for each address. Rejects when the link is gone or the read is cancelled. */
export async function prepareUnits(addresses: readonly string[], options: PrepareOptions): Promise<ReadUnit[]> {
  const { model, rules, ask, fail } = options
  const byTag = new Map<string, Wanted[]>()
  const alone = new Map<string, ReadUnit>()
  for (const [index, text] of addresses.entries()) {
    if (index % addressesAtOnce === addressesAtOnce - 1) await breathe()
    const parsed = parseAddress(text)
    if (!parsed.ok) {
      fail(index, { ok: false, reason: 'bad-address', text: `${text}: ${parsed.text}` })
      continue
    }
    const symbol = model.find(parsed.address)
    if (symbol && !model.layoutOf(symbol)) await model.load(symbol, ask)
    const found = findTarget(parsed.address, model, text)
    if (!found.ok) fail(index, found)
    else if (found.target.count > mostElements) fail(index, tooLong(text))
    else if (found.target.steps && symbol) {
      const wanted = byTag.get(symbol.name)
      if (wanted) wanted.push({ index, address: text, target: found.target })
      else byTag.set(symbol.name, [{ index, address: text, target: found.target }])
    } else addAlone(alone, { index, address: text, target: found.target })
  }
  const units = [...alone.values()]
  let since = 0
  for (const wanted of byTag.values()) {
    since += wanted.length
    if (since > addressesAtOnce) {
      since = 0
      await breathe()
    }
    units.push(...unitsOf(wanted, rules))
  }
  return units
}

function tooLong(text: string): Failure {
  const words = `more than ${mostElements} elements can not be read at once. Read its elements.`
  return { ok: false, reason: 'unsupported-type', text: `${text}: ${words}` }
}

/** What is known of no type is read by itself; who wants the same shares it. */
function addAlone(units: Map<string, ReadUnit>, { index, address, target }: Wanted) {
  const key = blockKey(target)
  const unit = units.get(key) ?? makeUnit({ ...target, joint: false, layout: target.layout })
  units.set(key, unit)
  unit.views.push({ index, address, offset: 0, layout: undefined, bit: target.bit, boolArray: target.boolArray })
}

function unitsOf(wanted: readonly Wanted[], rules: BlockRules): ReadUnit[] {
  return blocksOf(wanted, rules).map((block) => {
    const unit = makeUnit(block)
    for (const { wanted: one, offset } of block.shares) {
      const { layout, bit, packedBit, boolArray } = one.target
      const own = block.joint ? { offset, layout, bit: bit ?? packedBit } : { offset: 0, layout: undefined, bit }
      unit.views.push({ index: one.index, address: one.address, boolArray, ...own })
    }
    return unit
  })
}
