/** Addresses → reads. In go a plan's addresses and what is known of the tags, out come the units that serve them. */
import { setImmediate as breathe } from 'node:timers/promises'
import { parseAddress } from './address.ts'
import { type BlockRules, blockKey, blocksOf, type Wanted } from './blocks.ts'
import type { Model } from './model.ts'
import { makeUnit, type ReadUnit } from './read-unit.ts'
import { isProbed, type Probed, type Shape, type ShapeRules, shaped, shapesOf, wasMany } from './shape.ts'
import type { Failure } from './target.ts'
import { findTarget } from './target.ts'

export interface PrepareOptions {
  readonly model: Model
  readonly rules: BlockRules
  /** Asks for templates, and what is behind names of which nothing is known. */
  readonly shapes: ShapeRules
  /** What was found behind such names before, by `blockKey`; what is found now is added. */
  readonly known: Map<string, Shape>
  /** Hears of an address that can't be read. */
  fail(index: number, failure: Failure): void
}

/** Addresses prepared without letting others run in between. */
const addressesAtOnce = 500
const mostElements = 0xffff

/** Finds out what to ask for each address. Rejects when the link is gone or the read is cancelled. */
export async function prepareUnits(addresses: readonly string[], options: PrepareOptions): Promise<ReadUnit[]> {
  const { model, rules, fail } = options
  const alone = new Map<string, ReadUnit>()
  const byTag = new Map<string, Wanted[]>()
  const probed: (Wanted & { readonly target: Probed })[] = []
  for (const [index, text] of addresses.entries()) {
    if (index % addressesAtOnce === addressesAtOnce - 1) await breathe()
    const parsed = parseAddress(text)
    if (!parsed.ok) {
      fail(index, { ok: false, reason: 'bad-address', text: `${text}: ${parsed.text}` })
      continue
    }
    const symbol = model.find(parsed.address)
    if (symbol && !model.layoutOf(symbol)) await model.load(symbol, options.shapes.ask)
    const found = findTarget(parsed.address, model, text)
    if (!found.ok) {
      fail(index, found)
      continue
    }
    const { target } = found
    if (target.count > mostElements) fail(index, tooLong(text))
    else if (wasMany(parsed.address, model))
      fail(index, { ok: false, reason: 'unsupported-type', text: `${text}: ${model.anew}` })
    else if (isProbed(target)) probed.push({ index, address: text, target })
    else if (target.steps && symbol) {
      const wanted = byTag.get(symbol.name)
      if (wanted) wanted.push({ index, address: text, target })
      else byTag.set(symbol.name, [{ index, address: text, target }])
    } else addAlone(alone, { index, address: text, target }, model)
  }
  await addProbed(alone, probed, options)
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
function addAlone(units: Map<string, ReadUnit>, { index, address, target }: Wanted, model: Model, isUnsure = false) {
  const key = blockKey(target)
  const unit =
    units.get(key) ?? makeUnit({ ...target, joins: undefined, layout: target.layout, isUnsure, anew: model.anew })
  units.set(key, unit)
  unit.views.push({ index, address, offset: 0, layout: undefined, bit: target.bit, boolArray: target.boolArray })
}

/** Names of which nothing is known: what is behind them is asked once. */
async function addProbed(
  units: Map<string, ReadUnit>,
  probed: readonly (Wanted & { readonly target: Probed })[],
  { shapes, known, model, fail }: PrepareOptions,
) {
  const strange = new Map(probed.map(({ target }) => [blockKey(target), target]))
  for (const key of known.keys()) strange.delete(key)
  const found = await shapesOf([...strange.values()], shapes)
  for (const [i, key] of [...strange.keys()].entries()) known.set(key, found[i] ?? 'not-there')
  for (const one of probed) {
    const shape = known.get(blockKey(one.target)) ?? 'not-there'
    const target = shaped(one.target, shape, model)
    if (typeof target === 'string')
      fail(one.index, { ok: false, reason: 'unsupported-type', text: `${one.address}: ${target}` })
    else addAlone(units, { ...one, target }, model, shape === 'not-there')
  }
  for (const [key, shape] of known) if (shape === 'not-there') known.delete(key)
}

function unitsOf(wanted: readonly Wanted[], rules: BlockRules): ReadUnit[] {
  return blocksOf(wanted, rules).map((block) => {
    const unit = makeUnit(block)
    for (const { wanted: one, offset } of block.shares) {
      const { layout, bit, packedBit, boolArray } = one.target
      const own = block.joins ? { offset, layout, bit: bit ?? packedBit } : { offset: 0, layout: undefined, bit }
      unit.views.push({ index: one.index, address: one.address, boolArray, ...own })
    }
    return unit
  })
}
