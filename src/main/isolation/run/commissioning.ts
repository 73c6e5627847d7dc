/**
 * The one tag of the PLC that a run may write: chosen by a person in the configuration. What it held is remembered where
 * a crash can't reach it before the first write, and brought back in any case.
 */
import { asError } from '#main/link'
import { type Config, publishedName, type TagConfig } from '#shared/config'
import { convert } from '#shared/convert'
import type { CommissioningValue, LeftBehind } from '#shared/isolation-run'
import { type DataType, integerRanges } from '#shared/plc'
import { shortestReal } from '#shared/real'
import { parseJson, type TagValue, valueToJson } from '#shared/value'
import { ask, askedText } from './ask.ts'
import { type CheckContext, type RunContext, type RunEntry, serves, usable } from './context.ts'

/** The tag with its value now and another one it may have. */
export interface Commissioned {
  readonly plc: string
  readonly tag: TagConfig
  /** Name under which it is written. */
  readonly name: string
  readonly type: DataType
  readonly nowJson: string
  readonly otherJson: string
}

export type FoundCommissioned =
  | { readonly ok: true; readonly tag: Commissioned }
  | { readonly ok: false; readonly why: string }

/** Reads the commissioning tag. `why` says what is missing. */
export async function commissioned(context: CheckContext): Promise<FoundCommissioned> {
  const chosen = context.config.commissioning
  if (!chosen) return no('no commissioning tag is chosen: set commissioning {plc, tag} in the configuration')
  const plc = context.config.plcs.find(({ name }) => name === chosen.plc)
  const tag = plc?.tags.find((one) => one.name === chosen.tag || publishedName(one) === chosen.tag)
  const where = `${chosen.plc}/${chosen.tag}`
  if (!tag?.enabled) return no(`the commissioning tag ${where} is not configured`)
  if (!tag.writable) return no(`the commissioning tag ${where} is not writable: set writable: true on it`)
  const read = await context.readTag(chosen.plc, tag.name, context.signal)
  if (!read.ok) return no(`the commissioning tag ${where} can't be read: ${read.text}`)
  const nowJson = valueToJson(read.value)
  if (!readBack(nowJson, read.type, tag))
    return no(
      `the commissioning tag ${where} holds ${nowJson}, which could not be set back: its type, min, max or enum does not allow it. Give it a value that they allow`,
    )
  const otherJson = otherValue(read.type, read.value, tag)
  if (otherJson === undefined) return no(`no other value than ${nowJson} is known that ${where} may have`)
  return { ok: true, tag: { plc: chosen.plc, tag, name: publishedName(tag), type: read.type, nowJson, otherJson } }
}

function no(why: string): FoundCommissioned {
  return { ok: false, why }
}

/** Another value that fits type and limits, as it will be read; undefined where none is known. */
export function otherValue(type: DataType, value: TagValue, tag: TagConfig): string | undefined {
  const now = valueToJson(value)
  const candidates = tag.enum ? tag.enum.map((one) => JSON.stringify(one)) : candidatesOf(type, value, tag)
  return candidates.map((json) => readBack(json, type, tag)).find((json) => json !== undefined && json !== now)
}

/**
 * A value as it will be read when it was written; undefined where it does not fit. A REAL holds fewer digits than a
 * number of ours: what is compared with the PLC later has to be what the PLC can say.
 */
function readBack(json: string, type: DataType, tag: TagConfig): string | undefined {
  const written = convert(parseJson(json), type, tag)
  if (!written.ok) return undefined
  const isReal = type.kind === 'atomic' && type.name === 'REAL' && typeof written.value === 'number'
  return valueToJson(isReal ? shortestReal(Math.fround(Number(written.value))) : written.value)
}

function candidatesOf(type: DataType, value: TagValue, { min, max }: TagConfig): readonly string[] {
  if (type.kind === 'string') return ['"commissioning"', '"c"', '""']
  if (type.kind !== 'atomic') return []
  if (type.name === 'BOOL') return [value === true ? 'false' : 'true']
  const limits = [min, max].flatMap((limit) => (limit === undefined ? [] : [String(limit)]))
  const near = typeof value === 'number' && Number.isFinite(value) ? [value + 1, value - 1].map(String) : []
  const nearBig = typeof value === 'bigint' ? [`${value + 1n}`, `${value - 1n}`] : []
  const range = integerRanges[type.name]
  return [...nearBig, ...near, ...limits, '1', '0', ...(range ? [`${range[1]}`] : [])]
}

/** The value in the PLC now, as JSON; undefined where it can't be read. */
export async function valueNow(
  context: CheckContext,
  { plc, tag }: Pick<Commissioned, 'plc' | 'tag'>,
): Promise<string | undefined> {
  const read = await context.readTag(plc, tag.name, context.signal)
  return read.ok ? valueToJson(read.value) : undefined
}

/** Remembers the value before the first write, and brings it back at the end of the run where it is not back yet. */
export async function holdCommissioned(context: CheckContext, tag: Commissioned): Promise<void> {
  const held: CommissioningValue = {
    id: context.hex(16),
    plc: tag.plc,
    tag: tag.name,
    before: tag.nowJson,
    written: tag.otherJson,
  }
  await context.remember(held)
  context.atEnd(async (undoing) => {
    const text = await bringBack(undoing, held, tag.tag.name).catch((error: unknown) =>
      leftText(held, asError(error).message),
    )
    return text ? { ...held, text } : undefined
  })
}

/**
 * Writes the remembered value through the first entry that works, unless somebody else has written meanwhile. '' where
 * it stands in the PLC, else what a person has to do.
 */
export async function bringBack(context: CheckContext, held: CommissioningValue, tagName: string): Promise<string> {
  const now = await context.readTag(held.plc, tagName, context.signal)
  const json = now.ok ? valueToJson(now.value) : undefined
  if (json === held.before || (json !== undefined && json !== held.written)) {
    await context.restored(held)
    return ''
  }
  const errors: string[] = []
  for (const entry of usable(context, 'requests').entries) {
    if (!serves(entry, held.plc)) continue
    const error = await writeOnce(context, entry, held)
    if (error === '') {
      await context.restored(held)
      return ''
    }
    errors.push(`${entry.key}: ${error}`)
  }
  return leftText(held, errors.join('; ') || 'no broker takes requests')
}

/** What a person is told of a value that was not set back. */
export function leftText({ plc, tag, before, written }: CommissioningValue, why: string): string {
  return `${plc}/${tag} still holds ${written} and not ${before} (${why}). Write ${before} to it.`
}

/** Where an earlier run had left its value in that tag, it is the one before that run that belongs there. */
export function withFirst(one: LeftBehind, earlier: readonly LeftBehind[]): LeftBehind {
  const first = earlier.find(({ plc, tag, written }) => plc === one.plc && tag === one.tag && written === one.before)
  if (!first) return one
  const held = { ...one, before: first.before }
  return { ...held, text: leftText(held, 'neither this run nor an earlier one could set it back') }
}

/** The configured tag of a remembered value; undefined where it is configured no more. */
export function tagOf({ plcs }: Config, held: CommissioningValue): TagConfig | undefined {
  const plc = plcs.find(({ name }) => name === held.plc)
  return plc?.tags.find((one) => publishedName(one) === held.tag || one.name === held.tag)
}

/**
 * Whether what the run wrote is gone from the PLC: the remembered value stands there again, or another one that somebody
 * wrote since. False where that can't be read.
 */
export async function isGone(
  context: Pick<RunContext, 'config' | 'readTag'>,
  held: CommissioningValue,
  signal: AbortSignal,
): Promise<boolean> {
  const tag = tagOf(context.config, held)
  const read = tag && (await context.readTag(held.plc, tag.name, signal).catch(() => undefined))
  return read?.ok === true && valueToJson(read.value) !== held.written
}

async function writeOnce(
  context: CheckContext,
  entry: RunEntry,
  { plc, tag, before }: CommissioningValue,
): Promise<string> {
  const requestId = `restore-${context.hex(8)}`
  const asked = await ask(context, entry, { plc, tag, valueJson: before, requestId }, { lingerMs: 0 })
  return asked.kind === 'answered' && asked.answers[0]?.success ? '' : askedText(asked)
}
