/** Finds out whether a controller takes a tag's number for its name: by reading one of each scope that way. */
import { service, status as st, structureType } from '#main/plcs/cip'
import { parseAddress } from './address.ts'
import { message } from './eip.ts'
import type { Exchange } from './exchange.ts'
import { byName, type Model, type Numbering, renumbered } from './model.ts'
import { statusText } from './status.ts'
import type { SymbolEntry } from './tag-list.ts'
import { findTarget } from './target.ts'
import { typeBits } from './templates.ts'

const all: Numbering = { controller: true, programs: true, why: '' }

/**
 * Numbers need change counters (they tell when numbers become others') and firmware that takes them: v21 and later.
 * Rejects when the link is gone.
 */
export async function tryNumbers(exchange: Exchange, model: Model, signal: AbortSignal): Promise<Numbering> {
  if (model.stamp === undefined) return byName('the controller does not count changes of its program')
  const inController = await tryOne(exchange, model, (name) => !name.includes('.'), signal)
  if (inController !== '') return byName(inController)
  const inPrograms = await tryOne(exchange, model, (name) => name.includes('.'), signal)
  return { controller: true, programs: inPrograms === '', why: inPrograms && `tags of programs by name: ${inPrograms}` }
}

/** Why no tag of this kind can be read by number; '' where it can. */
async function tryOne(
  exchange: Exchange,
  model: Model,
  isKind: (name: string) => boolean,
  signal: AbortSignal,
): Promise<string> {
  const numbered = renumbered(model, all)
  const sample = model.symbols.find((symbol) => isKind(symbol.name) && isPlain(symbol))
  const parsed = sample && parseAddress(sample.name)
  const found = parsed?.ok ? findTarget(parsed.address, numbered, sample?.name ?? '') : undefined
  if (!sample || !found?.ok) return 'there is no plain tag to try it with'
  const reply = await exchange.ask(
    message(service.readTag, found.target.shortPath, Buffer.from([1, 0])),
    'browse',
    signal,
  )
  if (reply.status !== st.ok)
    return `the controller does not take tag numbers: ${statusText(reply.status, reply.extended)}`
  const code = reply.data.length < 2 ? structureType : reply.data.readUInt16LE(0) & 0xff
  return code === (sample.type & 0xff) ? '' : 'the controller takes tag numbers for something else'
}

/** An elementary tag that may be read. */
function isPlain({ type, dims, hidden }: SymbolEntry): boolean {
  return hidden === '' && dims.length === 0 && !(type & typeBits.structure)
}
