/**
 * Follows the program of a connected controller: looks every few seconds whether it was changed, lists its tags anew
 * then, and says what is different. In go requests and replies, out comes the model that reads and writes go by.
 */
import { asError } from '#main/link'
import type { Log } from '#main/log'
import { type ProgramChange, programChangeText } from '#shared/plc'
import { changeRequest, changeStamp } from './change.ts'
import { differenceOf } from './difference.ts'
import type { Exchange } from './exchange.ts'
import { byName, type Model, makeModel, renumbered } from './model.ts'
import { tryNumbers } from './numbering.ts'
import { listTags, NoTagList, type SymbolEntry } from './tag-list.ts'

/** What is known when the connection begins. */
export interface ProgramStart {
  readonly model: Model
  /** The tags were listed on an earlier connection: they are listed once more, behind the polls. */
  readonly remembered: boolean
}

export interface ProgramOptions extends ProgramStart {
  /** As configured: begins the lines of the log. */
  readonly address: string
  readonly exchange: Exchange
  /** Arrays of DWORD are arrays of BOOL. */
  readonly boolArrays: boolean
  /** Several requests may ride in one packet. */
  readonly multiple: boolean
  readonly log: Log
  /** Hears of every model that replaces the one before. */
  onModel(model: Model): void
  onChange(change: ProgramChange): void
}

export interface Program {
  /** What is known now; another object after a change. */
  model(): Model
  /** Something does not fit the model: looks soon. */
  suspect(): void
  /** The change counters have moved: no number counts any more, and it looks at once. */
  distrust(): void
  stop(): void
}

/** Longest time between two looks at the change counters. */
const lookMs = 5_000
/** A CIP connection is dropped after 16 s of silence. Each look wakes the one that rested longest, all of them in this time. */
const awakeMs = 10_000
/** Shortest time between two looks when reads find something odd. */
const suspectMs = 500

export function followProgram(options: ProgramOptions): Program {
  const { address, exchange, log } = options
  let model = options.model
  let remembered = options.remembered
  let looking = false
  let suspected = false
  const ended = new AbortController()
  const pauseMs = Math.min(lookMs, awakeMs / exchange.lanes.width)
  let nextLook = setTimeout(look, remembered ? 0 : pauseMs)

  const take = (next: Model) => {
    model = next
    options.onModel(next)
  }
  const lookIn = (ms: number) => {
    clearTimeout(nextLook)
    if (!ended.signal.aborted) nextLook = setTimeout(look, ms)
  }

  function look() {
    clearTimeout(nextLook)
    if (looking || ended.signal.aborted) return
    looking = true
    refresh()
      .catch((error: unknown) => log.debug(() => `${address}: looking for changes: ${asError(error).message}`))
      .finally(() => {
        looking = false
        lookIn(suspected ? suspectMs : pauseMs)
      })
  }

  /** Lists tags anew when the program is another one, or when something is odd and the controller does not count changes. */
  async function refresh() {
    const seen = model
    const now = await askStamp(exchange, ended.signal)
    const changed = now === undefined ? suspected && model.listed : now !== model.stamp
    suspected = false
    if (!changed && !remembered) return
    if (changed && model.numbering.controller) take(renumbered(model, byName('the program was just changed')))
    const listed = await listProgram(exchange, options.boolArrays, options.multiple, ended.signal)
    // While a program is being loaded the list is refused: the next look tries again.
    if (!listed) {
      suspected = true
      return
    }
    if (!changed && sameTags(seen.symbols, listed.symbols)) {
      remembered = false
      return take(renumbered(model, listed.numbering))
    }
    remembered = false
    take(listed)
    const change = await differenceOf(seen, listed, (message) => exchange.ask(message, 'browse', ended.signal))
    log.info(`${address}: the program was changed, its tags are listed anew: ${programChangeText(change)}`)
    options.onChange(change)
  }

  return {
    model: () => model,
    suspect: () => {
      suspected = true
      if (!looking) lookIn(suspectMs)
    },
    distrust: () => {
      suspected = true
      if (model.numbering.controller) take(renumbered(model, byName('the program was just changed')))
      look()
    },
    stop: () => {
      clearTimeout(nextLook)
      ended.abort(new Error('the connection is gone'))
    },
  }
}

/** What the controller's change counters say; undefined where it has none, or does not tell them just now. */
export async function askStamp(exchange: Exchange, signal: AbortSignal): Promise<string | undefined> {
  return changeStamp(await exchange.ask(changeRequest, 'demand', signal))
}

/** A model of the tags as they are listed now; undefined where the controller does not list them. */
export async function listProgram(
  exchange: Exchange,
  boolArrays: boolean,
  multiple: boolean,
  signal: AbortSignal,
): Promise<Model | undefined> {
  try {
    // The stamp first: a change while the tags are listed shows in the next packet that is read by number.
    const stamp = await askStamp(exchange, signal)
    const symbols: SymbolEntry[] = []
    for await (const page of listTags((message) => exchange.ask(message, 'browse', signal))) symbols.push(...page)
    const model = makeModel(symbols, boolArrays, stamp)
    return renumbered(model, multiple ? await tryNumbers(exchange, model, signal) : oneByOne)
  } catch (error) {
    if (error instanceof NoTagList) return undefined
    throw error
  }
}

const oneByOne = byName('the controller takes one request a packet')

function sameTags(before: readonly SymbolEntry[], now: readonly SymbolEntry[]): boolean {
  const text = ({ name, instance, type, dims, access }: SymbolEntry) =>
    `${name} ${instance} ${type} ${dims.join(',')} ${access}`
  return before.length === now.length && before.every((one, i) => text(one) === text(now[i] as SymbolEntry))
}
