/** The words the simulator's controls are made of: switches, counts, choices, values. */
import { isJsonNumber, isJsonObject, type Json, type TagValue, valueToJson } from '#shared/value'
import { type Faults, modeOf } from './faults.ts'
import type { Simulator } from './simulator.ts'

export interface Control {
  /** How it is written: `delay MS [JITTER]`. */
  readonly usage: string
  /** What is so now; undefined where the words are not understood. */
  run(simulator: Simulator, words: readonly string[], rest: string): string | undefined
}

type Switch = { [K in keyof Faults]: Faults[K] extends boolean ? K : never }[keyof Faults]
type Nth = 'loseEvery' | 'dropEvery' | 'duplicateEvery' | 'foreignEvery'

/** A fault that is there or not. */
export function onOff(word: string, fault: Switch, what: string): Control {
  return {
    usage: `${word} on|off`,
    run: ({ faults }, words) => {
      if (words.length !== 1 || (words[0] !== 'on' && words[0] !== 'off')) return undefined
      faults[fault] = words[0] === 'on'
      return faults[fault] ? `${word} on: ${what}` : `${word} off`
    },
  }
}

/** A fault that hits every n-th request or reply; 0 ends it. */
export function everyNth(word: string, fault: Nth, what: string): Control {
  return {
    usage: `${word} N`,
    run: ({ faults }, words) => {
      const [every] = numbers(words, 1, 1, 1_000_000) ?? []
      if (every === undefined) return undefined
      faults[fault] = every
      return every === 0 ? `${word} off` : `every ${nth(every)} ${what}`
    },
  }
}

/** Key and mode. */
export function oneOf<T extends string>(
  word: string,
  choices: readonly T[],
  apply: (faults: Faults, to: T) => void,
): Control {
  return {
    usage: `${word} ${choices.join('|')}`,
    run: ({ faults }, words) => {
      const to = choices.find((choice) => choice === words[0])
      if (words.length !== 1 || to === undefined) return undefined
      apply(faults, to)
      return `keyswitch ${faults.keyswitch}, mode ${modeOf(faults)}`
    },
  }
}

/** Whole numbers from 0; undefined where the words are others, too many, too few or too large. */
export function numbers(words: readonly string[], least: number, most: number, largest: number): number[] | undefined {
  if (words.length < least || words.length > most) return undefined
  if (words.some((word) => !/^\d{1,9}$/.test(word) || Number(word) > largest)) return undefined
  return words.map(Number)
}

/** `3rd` for 3. */
export const nth = (n: number) => (n === 1 ? '1st' : n === 2 ? '2nd' : n === 3 ? '3rd' : `${n}th`)

/** `a 1, b 2`: names with their numbers. */
export function pairs(entries: readonly (readonly [string, number])[]): string {
  return entries.map(([name, value]) => `${name} ${value}`).join(', ')
}

/** What is switched on, in the words that switch it. */
export function faultsText(faults: Faults): string {
  const forced = faults.refuseForwardOpen
  const hex = (n: number) => n.toString(16).padStart(2, '0')
  const extended = forced?.extended?.[0]
  const refused = faults.refuseService
  const place = refused?.classId === undefined ? '' : `/${hex(refused.classId)}`
  return [
    faults.mute ? 'mute on' : '',
    faults.refuseConnections ? 'refuse on' : '',
    faults.downloading ? 'downloading' : '',
    `delay ${faults.packetTimeMs} ${faults.jitterMs}`,
    faults.chunkBytes > 0 ? `chunk ${faults.chunkBytes}` : '',
    faults.loseEvery > 0 ? `lose ${faults.loseEvery}` : '',
    faults.dropEvery > 0 ? `drop ${faults.dropEvery}` : '',
    faults.lateEvery > 0 ? `late ${faults.lateEvery} ${faults.lateMs}` : '',
    faults.duplicateEvery > 0 ? `duplicate ${faults.duplicateEvery}` : '',
    faults.foreignEvery > 0 ? `foreign ${faults.foreignEvery}` : '',
    forced ? `refuse-open ${hex(forced.status)}${extended === undefined ? '' : `/${hex(extended)}`}` : '',
    refused ? `refuse-service ${hex(refused.service)}${place} ${hex(refused.status)} ${refused.times}` : '',
    `connections ${faults.maxConnections}`,
    `keyswitch ${faults.keyswitch}`,
    `mode ${modeOf(faults)}`,
  ]
    .filter((text) => text !== '')
    .join(', ')
}

/** A tag's value as JSON on one line, cut where it is long. */
export function shown(simulator: Simulator, address: string): string {
  const text = valueToJson(simulator.get(address))
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}

/** A value of a tag from JSON: integers beyond 53 bits keep all their digits. Throws on null. */
export function valueFrom(json: Json): TagValue {
  if (json === null) throw new Error('null is no value of a tag')
  if (isJsonNumber(json)) {
    const number = Number(json.value)
    return /^-?\d+$/.test(json.value) && !Number.isSafeInteger(number) ? BigInt(json.value) : number
  }
  if (Array.isArray(json)) return (json as readonly Json[]).map(valueFrom)
  if (isJsonObject(json)) return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, valueFrom(item)]))
  return json as TagValue
}
