/** Executes one checked request at its PLC: the last checks, the write, and what became of it. */
import { asError } from '#main/link'
import { withDeadline } from '#main/waiting'
import { publishedName, type TagConfig } from '#shared/config'
import { convert } from '#shared/convert'
import type { DataType } from '#shared/plc'
import type { TagValue } from '#shared/value'
import type { WriteOutcome } from '#shared/write'
import { type Refusal, refuseAge, type Target } from './checks.ts'
import type { Gate } from './gate.ts'
import { failed, type Job, type Outcome, refused } from './job.ts'
import type { WriteQueue } from './queue.ts'

/** A PLC as the pipeline needs it. */
export interface WritablePlc {
  readonly queue: WriteQueue
  /** Undefined while there is no connection. */
  connected(): PlcAccess | undefined
  /** The tag's type as last read. */
  typeOf(tag: TagConfig): DataType | undefined
  /** The tag of this name as it is configured now; undefined where it is no more. */
  tagNow(name: string): TagConfig | undefined
  /** The tag's value now as JSON, for the journal; undefined where it is not known. */
  valueNow(tag: TagConfig): string | undefined
}

/** The part of a PLC connection that writes. */
export interface PlcAccess {
  typeOf(
    address: string,
    signal: AbortSignal,
  ): Promise<{ readonly ok: true; readonly type: DataType } | { readonly ok: false; readonly text: string }>
  write(
    address: string,
    value: TagValue,
    options: { signal: AbortSignal; deadline: number; guard(): string | undefined },
  ): Promise<WriteOutcome>
}

export interface ExecuteOptions {
  readonly maxAgeMs: number
  readonly gate: Gate
  /** Aborts when the gateway stops. */
  readonly signal: AbortSignal
  /** The bytes leave now. Must not throw. */
  onSend(): void
}

export const notSentInTime: Refusal = {
  check: 'time',
  error: 'write timeout: not sent',
  hint: 'The PLC is busy, or earlier writes to it take their time.',
}

const notConnected: Refusal = {
  check: 'link',
  error: 'plc not connected',
  hint: 'See the state of the PLC: its last error says why.',
}

const outcomeUnknown = 'write timeout: outcome unknown, read the tag before repeating'

/** Writes once or not at all. Rejects only on a bug; `job.sentAt` then says whether the bytes had left. */
export async function execute(
  job: Job,
  target: Target,
  plc: WritablePlc,
  deadline: number,
  options: ExecuteOptions,
): Promise<Outcome> {
  const blocked = lastWord(job, target, plc, deadline, options)
  if (blocked) return refused(blocked)
  const access = plc.connected()
  if (!access) return refused(notConnected)
  const value = await valueFor(job, target, plc, access, deadline, options.signal)
  if ('error' in value) return refused(value)
  const before = plc.valueNow(target.tag)
  if (before !== undefined) job.before = before
  let refusal: Refusal | undefined
  const outcome = await access.write(target.tag.name, value.value, {
    signal: options.signal,
    deadline,
    guard: () => {
      refusal = lastWord(job, target, plc, deadline, options)
      if (!refusal) {
        job.sentAt = Date.now()
        options.onSend()
      }
      return refusal?.error
    },
  })
  return outcomeOf(outcome, refusal)
}

/** The outcome of a request that ended in a bug of ours: it must leave no doubt about what was sent. */
export function outcomeOfBug(job: Job): Outcome {
  if (job.sentAt !== undefined) return failed('unknown', outcomeUnknown)
  return refused({ check: 'plc-reply', error: "internal error: not sent, see the gateway's log", hint: '' })
}

/** Asked at the head of the queue, and again by the driver immediately before the bytes leave. */
function lastWord(
  job: Job,
  target: Target,
  plc: WritablePlc,
  deadline: number,
  { maxAgeMs, gate }: ExecuteOptions,
): Refusal | undefined {
  const now = Date.now()
  const closed = refuseChangedTag(target, job.request.tag, plc)
  if (closed) return closed
  const old = refuseAge({ arrival: job.arrival, request: job.request, now, maxAgeMs })
  if (old) return { check: 'age', ...old }
  const state = gate(job.entry.id, target.plc.name, job.request.requestId)
  if (!state.open) return { check: 'gate', error: `writes are blocked: ${state.why}`, hint: state.hint }
  return now > deadline ? notSentInTime : undefined
}

/** The configuration may have changed while the request waited for its turn. */
function refuseChangedTag({ plc: { name }, tag }: Target, asked: string, plc: WritablePlc): Refusal | undefined {
  const now = plc.tagNow(tag.name)
  const hint = 'The configuration was changed while this request waited.'
  if (!now || (now.name !== asked && publishedName(now) !== asked)) {
    return { check: 'tag', error: `unknown tag: ${name}/${asked}`, hint }
  }
  return now.writable ? undefined : { check: 'writable', error: 'tag is not writable', hint }
}

/** The value for the PLC; where the type was not known on arrival, the value is checked here. */
async function valueFor(
  job: Job,
  target: Target,
  plc: WritablePlc,
  access: PlcAccess,
  deadline: number,
  stopping: AbortSignal,
): Promise<{ readonly value: TagValue } | Refusal> {
  const tag = plc.tagNow(target.tag.name) ?? target.tag
  const unchanged = tag === target.tag || JSON.stringify(tag) === JSON.stringify(target.tag)
  if (target.value !== undefined && unchanged) return { value: target.value }
  const type = await withDeadline(stopping, deadline - Date.now(), (signal) =>
    access.typeOf(target.tag.name, signal),
  ).catch((error: unknown) => ({ ok: false as const, text: asError(error).message }))
  if (!type.ok) {
    return Date.now() >= deadline
      ? notSentInTime
      : { check: 'plc-reply', error: type.text, hint: 'The type of the tag could not be read from the PLC.' }
  }
  const converted = convert(job.request.value, type.type, tag)
  return converted.ok
    ? { value: converted.value }
    : { check: 'value', error: converted.error, hint: 'Send a value of the type the tag has in the PLC.' }
}

function outcomeOf(outcome: WriteOutcome, refusal: Refusal | undefined): Outcome {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'done', ending: { success: true, error: '' } }
    case 'blocked':
      return refused(refusal ?? { check: 'gate', error: outcome.error, hint: '' })
    case 'not-sent':
      return refused(outcome.reason === 'not-connected' ? notConnected : notSentInTime)
    case 'refused':
      return failed('failed', outcome.error)
    case 'unknown':
      return failed('unknown', outcomeUnknown)
  }
}
