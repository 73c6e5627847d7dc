/**
 * Follows the program of a connected controller: looks every few seconds whether it was changed, lists its tags anew
 * then, and says what is different. In go requests and replies, out comes the model that reads and writes go by.
 */
import { asError } from '#main/link'
import type { Log } from '#main/log'
import { type ProgramChange, programChangeText } from '#shared/plc'
import { changeRequest, changeStamp, checkStamp } from './change.ts'
import { differenceOf } from './difference.ts'
import type { Exchange } from './exchange.ts'
import { byName, type Model, makeModel, outdated, renumbered } from './model.ts'
import { tryNumbers } from './numbering.ts'
import { packMessages, partsOf } from './packer.ts'
import { parseReply } from './reply.ts'
import { listTags, NoTagList, type SymbolEntry } from './tag-list.ts'

/** What is known when the connection begins. */
export interface ProgramStart {
  readonly model: Model
  /** The tags were listed on an earlier connection: they are listed once more, behind the polls. */
  readonly remembered: boolean
  /** False: the device hangs up when asked for its tags, so it is never asked. */
  readonly lists: boolean
}

export interface ProgramOptions extends ProgramStart {
  /** As configured: begins the lines of the log. */
  readonly address: string
  readonly exchange: Exchange
  /** Arrays of DWORD are arrays of BOOL. */
  readonly boolArrays: boolean
  /** Several requests may ride in one packet. */
  readonly multiple: boolean
  /** A connection is dropped after so long in silence, in ms. */
  readonly silenceMs: number
  readonly log: Log
  /** Hears of every model that replaces the one before. */
  onModel(model: Model): void
  onChange(change: ProgramChange): void
  /** Before each look: what else is asked from time to time. Where it ends the connection, nothing is listed anew. */
  onLook?(signal: AbortSignal): Promise<void>
}

export interface Program {
  /** What is known now; another object after a change. */
  model(): Model
  /** Something does not fit the model: looks soon. */
  suspect(): void
  /** The change counters are not those of this model: nothing of it counts any more, and it looks at once. */
  distrust(of: Model): void
  stop(): void
}

/** Longest time between two looks at the change counters. */
const lookMs = 5_000
/** Each look wakes the connection that rested longest: all of them in this time, and in half of the silence they bear. */
const awakeMs = 8_000
/** Shortest time between two looks when reads find something odd. */
const suspectMs = 500
/** From one refused list to the next: a download is over within minutes, a device that lists nothing never will. */
const refusedMs = { first: 500, last: 5_000, patience: 24, slow: 60_000 }

/** From one list to the next where it is only guessed that the tags may be others, and the last guess was wrong. */
const sameMs = 30_000

export function followProgram(options: ProgramOptions): Program {
  const { address, exchange, log } = options
  /** As the program was read last. */
  let known = options.model
  /** What others go by: `known`, or what is left of it. */
  let model = known
  let remembered = options.remembered
  let looking = false
  let suspected = false
  const ended = new AbortController()
  const pauseMs = Math.min(lookMs, Math.min(awakeMs, options.silenceMs / 2) / exchange.lanes.width)
  /** The tags are to be listed anew, and could not be yet; not before `listAt` (`performance.now()`), after so many refusals. */
  let wanted = false
  let listAt = 0
  let refused = 0
  let nextLook: NodeJS.Timeout | undefined

  const take = (next: Model) => {
    model = next
    if (next.anew === '') known = next
    options.onModel(next)
  }
  let lookAt = 0
  /** The program has to be read anew, even where the counters are found to be the same after all. */
  const doubt = () => {
    remembered = true
    if (model.anew === '' && known.stamp !== undefined) take(outdated(known))
  }
  const lookIn = (ms: number) => {
    clearTimeout(nextLook)
    if (ended.signal.aborted) return
    lookAt = performance.now() + ms
    nextLook = setTimeout(look, ms)
  }

  lookIn(remembered ? 0 : pauseMs)

  function look() {
    clearTimeout(nextLook)
    if (looking || ended.signal.aborted) return
    looking = true
    const failed = (error: unknown) => log.debug(() => `${address}: looking for changes: ${asError(error).message}`)
    Promise.resolve(options.onLook?.(ended.signal))
      .catch(failed)
      .then(refresh)
      .catch(failed)
      .finally(() => {
        looking = false
        const againMs = wanted ? Math.min(pauseMs, Math.max(suspectMs, listAt - performance.now())) : pauseMs
        lookIn(suspected ? suspectMs : againMs)
      })
  }

  /** Lists tags anew when the program is another one, or when something is odd and the controller does not count changes. */
  async function refresh() {
    const seen = known
    const now = await askStamp(exchange, ended.signal)
    const changed = now === undefined ? (suspected || wanted) && seen.listed : now !== seen.stamp
    suspected = false
    if (!options.lists || (!changed && !remembered)) return
    if (changed) doubt()
    wanted = true
    if (performance.now() < listAt) return
    const listed = await listProgram(exchange, options.boolArrays, options.multiple, ended.signal)
    // While a program is being loaded the list is refused, or the counters are: it is tried again.
    if (!listed || (listed.stamp === undefined && seen.stamp !== undefined)) {
      listAt = performance.now() + refusedPause(refused++)
      return
    }
    wanted = false
    refused = 0
    if (!changed && listed.stamp === seen.stamp && sameTags(seen.symbols, listed.symbols)) {
      remembered = false
      return take(renumbered(seen, listed.numbering))
    }
    remembered = false
    take(listed)
    const change = await differenceOf(seen, listed, (message) => exchange.ask(message, 'browse', ended.signal))
    // Without counters it was only a guess: not told where it was wrong, and not made again and again.
    if (listed.stamp === undefined && isEmpty(change)) {
      listAt = performance.now() + sameMs
      return
    }
    log.info(`${address}: the program was changed, its tags are listed anew: ${programChangeText(change)}`)
    options.onChange(change)
  }

  return {
    model: () => model,
    suspect: () => {
      suspected = true
      // Brought forward, never put off: a poll that fails is odd again at every turn.
      if (!looking && lookAt - performance.now() > suspectMs) lookIn(suspectMs)
    },
    distrust: (of) => {
      if (of !== model) return
      suspected = true
      doubt()
      look()
    },
    stop: () => {
      clearTimeout(nextLook)
      ended.abort(new Error('the connection is gone'))
    },
  }
}

function refusedPause(before: number): number {
  const { first, last, patience, slow } = refusedMs
  return before < patience ? Math.min(last, first * 2 ** before) : slow
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
    if (!multiple) return renumbered(model, oneByOne)
    if (stamp !== undefined && !(await tellsInPackets(exchange, stamp, signal)))
      return { ...renumbered(model, alone), stampRides: false }
    return renumbered(model, await tryNumbers(exchange, model, signal))
  } catch (error) {
    if (error instanceof NoTagList) return undefined
    throw error
  }
}

/** False where the counters are told to who asks for them alone, but not in a packet. */
async function tellsInPackets(exchange: Exchange, stamp: string, signal: AbortSignal): Promise<boolean> {
  const { data } = await exchange.ask(packMessages([changeRequest, changeRequest]), 'browse', signal)
  const parts = partsOf(data, 2)
  if (parts && checkStamp(parseReply(data.subarray(parts.start(1))), stamp) === 'same') return true
  return (await askStamp(exchange, signal)) !== stamp
}

function isEmpty({ appeared, vanished, retyped }: ProgramChange): boolean {
  return appeared.count + vanished.count + retyped.count === 0
}

const alone = byName('the controller tells changes of its program only to who asks for nothing else')
const oneByOne = byName('the controller takes one request a packet')

function sameTags(before: readonly SymbolEntry[], now: readonly SymbolEntry[]): boolean {
  const text = ({ name, instance, type, dims, access }: SymbolEntry) =>
    `${name} ${instance} ${type} ${dims.join(',')} ${access}`
  return before.length === now.length && before.every((one, i) => text(one) === text(now[i] as SymbolEntry))
}
