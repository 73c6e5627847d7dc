/**
 * The write requests that a gateway must refuse, as data: what is sent, and which answer is the right one. The
 * write-back tester has a button for each. Even a gateway whose protection is broken changes nothing by them: they name
 * tags that can't exist, or the value a tag already has.
 */
import type { Service } from './broker.ts'
import { publishedName, type TagConfig } from './config.ts'
import { type AtomicType, type DataType, integerRanges } from './plc.ts'
import type { RequestParts } from './write-request.ts'

export const negativeCaseIds = [
  'wrong-namespace',
  'not-writable',
  'unknown-tag',
  'out-of-range',
  'retained',
  'expired',
] as const
export type NegativeCaseId = (typeof negativeCaseIds)[number]

export const negativeCaseTitles: Readonly<Record<NegativeCaseId, string>> = {
  'wrong-namespace': 'Wrong namespace',
  'not-writable': 'Not writable',
  'unknown-tag': 'Unknown tag',
  'out-of-range': 'Out of range',
  retained: 'Retained',
  expired: 'Expired',
}

/** A tag of the configuration with what is known of it now. `valueJson`: its last good value; absent: none is known. */
export interface KnownTag {
  readonly tag: TagConfig
  readonly type?: DataType
  readonly valueJson?: string
}

export interface NegativeInput {
  readonly service: Service
  readonly base: string
  readonly plc: string
  /** The tag chosen in the tester. */
  readonly chosen?: KnownTag
  /** A published tag of the same PLC that may not be written. */
  readonly readOnly?: KnownTag
  /** ms since the epoch. */
  readonly now: number
  readonly maxAgeMs: number
  /** Some hex digits that make a probe's name its own. */
  readonly nonce: string
}

/** `expected`: beginnings of the answer's `error`.. */
export type NegativeCase =
  | {
      readonly id: NegativeCaseId
      readonly possible: true
      readonly parts: RequestParts
      readonly retain: boolean
      readonly expected: readonly string[]
    }
  | { readonly id: NegativeCaseId; readonly possible: false; readonly why: string }

/** A name no controller and no configuration can have. */
export function probeTag(nonce: string): string {
  return `__probe_${nonce}`
}

/** All of them, in their order; those that can't be made say why. */
export function negativeCases(input: NegativeInput): readonly NegativeCase[] {
  return negativeCaseIds.map((id) => makers[id](input))
}

const makers: Readonly<Record<NegativeCaseId, (input: NegativeInput) => NegativeCase>> = {
  'wrong-namespace': (input) =>
    made('wrong-namespace', { ...probe(input), addressee: otherNamespace(input.base) }, ['namespace mismatch:']),
  'not-writable': (input) => {
    const { readOnly } = input
    if (!readOnly) return impossible('not-writable', 'Every configured tag of this PLC is writable.')
    if (readOnly.valueJson === undefined) {
      return impossible(
        'not-writable',
        `${publishedName(readOnly.tag)} has no good value yet: its own value is what is sent.`,
      )
    }
    const parts = { plc: input.plc, tag: publishedName(readOnly.tag), valueJson: readOnly.valueJson }
    return made('not-writable', parts, ['tag is not writable'])
  },
  'unknown-tag': (input) => made('unknown-tag', probe(input), ['unknown tag:']),
  'out-of-range': outOfRange,
  retained: (input) =>
    input.service === 'mqtt'
      ? { ...made('retained', probe(input), ['retained write request ignored']), retain: true }
      : impossible('retained', 'Only MQTT stores messages for later subscribers.'),
  expired: (input) => {
    const age = Math.max(input.maxAgeMs * 2, input.maxAgeMs + 5_000)
    const parts = { ...probe(input), timestamp: new Date(input.now - age).toISOString() }
    return made('expired', parts, ['request expired'])
  },
}

type Possible = Extract<NegativeCase, { possible: true }>

function made(id: NegativeCaseId, parts: RequestParts, expected: readonly string[]): Possible {
  return { id, possible: true, parts, retain: false, expected }
}

function impossible(id: NegativeCaseId, why: string): NegativeCase {
  return { id, possible: false, why }
}

function probe({ plc, nonce }: NegativeInput): RequestParts {
  return { plc, tag: probeTag(nonce), valueJson: '0' }
}

/** A namespace that is not ours, and stays valid: nobody is meant by it. */
export function otherNamespace(base: string): string {
  const first = base.split(/[/:]/)[0] ?? base
  return `${first.slice(0, 58)}-other`
}

/** A value no tag of this type can hold: the driver itself would refuse it too. */
function outOfRange({ plc, chosen }: NegativeInput): NegativeCase {
  if (!chosen) return impossible('out-of-range', 'Choose a writable tag first.')
  if (!chosen.tag.writable)
    return impossible('out-of-range', 'The chosen tag is not writable, which is refused before its range.')
  if (chosen.type === undefined) return impossible('out-of-range', 'The type of the chosen tag is not known yet.')
  const valueJson = beyond(chosen.type)
  if (valueJson === undefined)
    return impossible('out-of-range', 'Ranges are of numbers and strings; choose such a tag.')
  const parts = { plc, tag: publishedName(chosen.tag), valueJson }
  return made('out-of-range', parts, ['value ', 'string of '])
}

function beyond(type: DataType): string | undefined {
  switch (type.kind) {
    case 'string':
      return JSON.stringify('x'.repeat(type.capacity + 1))
    case 'atomic':
      return beyondAtomic(type.name)
    case 'array':
    case 'struct':
      return undefined
  }
}

function beyondAtomic(name: AtomicType): string {
  if (name === 'BOOL') return '2'
  if (name === 'REAL') return '1e39'
  if (name === 'LREAL') return '1e309'
  const range = integerRanges[name]
  return range ? String(range[1] + 1n) : '1e309'
}

/** Whether an answer is the refusal that was wanted. */
export function isExpected(negative: NegativeCase, error: string | undefined): boolean {
  return negative.possible && error !== undefined && negative.expected.some((start) => error.startsWith(start))
}
