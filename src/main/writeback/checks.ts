/**
 * The checks of a write request on arrival, in the order of wire.md §3; the first that fails decides. A pure list, so
 * that `explain` and the window run the same steps without effect.
 */
import { createHash } from 'node:crypto'
import type { Arrival } from '#main/bridges/bridge'
import { type PlcConfig, publishedName, type TagConfig } from '#shared/config'
import { convert } from '#shared/convert'
import type { DataType } from '#shared/plc'
import { canonicalJson, type TagValue } from '#shared/value'
import type { CheckName } from '#shared/write'
import type { WriteRequest } from './request.ts'

export interface Refusal {
  readonly check: CheckName | 'gate' | 'link' | 'time' | 'plc-reply'
  /** Goes out as `error`; the texts are fixed, senders match on them. */
  readonly error: string
  /** Set where the request was left out for its age. */
  readonly skipped?: true
  /** How to mend it, for `explain` and the window. */
  readonly hint: string
}

/** What the checks need to know of the entry a request came in on. */
export interface EntryView {
  readonly namespace: string
  readonly base: string
  /** PLC names this entry serves; undefined: all. */
  readonly plcs?: readonly string[]
}

export interface CheckInput {
  readonly arrival: Arrival
  readonly request: WriteRequest
  readonly entry: EntryView
  /** ms since the epoch. */
  readonly now: number
  readonly maxAgeMs: number
  readonly plcs: readonly PlcConfig[]
  /** What the same `request_id` carries, as `valueDigest`: under way, or of the last minute; undefined where it is new. */
  readonly seenValue?: string
  /** Type of the tag as last read; undefined while nobody knows: then the value is checked before the bytes leave. */
  typeOf(plc: string, tag: TagConfig): DataType | undefined
  queueHasRoom(plc: string): boolean
}

export interface Target {
  readonly plc: PlcConfig
  readonly tag: TagConfig
  /** Undefined where the type is not known yet. */
  readonly value?: TagValue
}

export interface Check {
  readonly name: CheckName
  /** One line for people: what this step asks. */
  readonly title: string
  refuse(input: CheckInput): Omit<Refusal, 'check'> | undefined
}

export const checks: readonly Check[] = [
  {
    name: 'request',
    title: 'a JSON object with "plc", "tag" and "value", at most 64 KiB, not a published value',
    refuse: ({ request }) =>
      request.flaw === undefined
        ? undefined
        : {
            error: `invalid request: ${request.flaw}`,
            hint: 'Send {"plc":…,"tag":…,"value":…} as the documentation shows.',
          },
  },
  {
    name: 'retained',
    title: 'sent now, not stored at the broker (MQTT retained)',
    refuse: ({ arrival }) =>
      arrival.retained
        ? {
            error: 'retained write request ignored',
            hint: 'Send write requests without the retain flag, and clear the stored one: mosquitto_pub -r -n -t TOPIC.',
          }
        : undefined,
  },
  { name: 'namespace', title: 'names this instance', refuse: refuseNamespace },
  {
    name: 'plc-in-topic',
    title: 'the PLC in the topic is the PLC in the payload (MQTT)',
    refuse: ({ arrival, request }) =>
      arrival.plcInTopic !== undefined && arrival.plcInTopic !== request.plc
        ? {
            error: `plc mismatch: topic says ${cut(arrival.plcInTopic)}, payload says ${cut(request.plc)}`,
            hint: 'Write the same PLC name in the topic and in "plc".',
          }
        : undefined,
  },
  { name: 'age', title: 'not too old, not from the future', refuse: refuseAge },
  {
    name: 'request-id',
    title: '"request_id" not used with another value within a minute',
    refuse: ({ seenValue, request }) =>
      seenValue !== undefined && seenValue !== valueDigest(request)
        ? { error: 'request_id reused with another value', hint: 'Give every new request an id of its own.' }
        : undefined,
  },
  {
    name: 'plc',
    title: 'the PLC is configured',
    refuse: (input) =>
      findPlc(input)
        ? undefined
        : {
            error: `unknown plc: ${cut(input.request.plc)}`,
            hint: `PLCs of this entry: ${
              servedPlcs(input)
                .map((plc) => plc.name)
                .join(', ') || 'none'
            }. Names are case-sensitive.`,
          },
  },
  {
    name: 'tag',
    title: 'the tag is configured, by its exact name or alias',
    refuse: (input) =>
      findTag(input)
        ? undefined
        : {
            error: `unknown tag: ${cut(input.request.plc)}/${cut(input.request.tag)}`,
            hint: 'List exactly this tag, member or element in the configuration; a writable structure does not open its members.',
          },
  },
  {
    name: 'writable',
    title: 'the tag is writable',
    refuse: (input) =>
      findTag(input)?.writable
        ? undefined
        : {
            error: 'tag is not writable',
            hint: 'Set "writable: true" on the tag if it is meant to be written from outside.',
          },
  },
  {
    name: 'value',
    title: "the value fits the tag's type and limits",
    refuse: (input) => {
      const converted = convertValue(input)
      return converted && !converted.ok
        ? { error: converted.error, hint: 'Send a value of the type the tag has in the PLC.' }
        : undefined
    },
  },
  {
    name: 'queue',
    title: "there is room in the PLC's queue",
    refuse: (input) =>
      input.queueHasRoom(input.request.plc)
        ? undefined
        : { error: 'write queue full, try again later', hint: 'The PLC answers more slowly than requests arrive.' },
  },
]

/** Runs the checks in order: the first refusal, or the target with the value to write. */
export function runChecks(input: CheckInput): { readonly refusal: Refusal } | { readonly target: Target } {
  for (const check of checks) {
    const refusal = check.refuse(input)
    if (refusal) return { refusal: { check: check.name, ...refusal } }
  }
  const plc = findPlc(input) as PlcConfig
  const tag = findTag(input) as TagConfig
  const converted = convertValue(input)
  return { target: converted?.ok ? { plc, tag, value: converted.value } : { plc, tag } }
}

/** Age of a request in ms at `now`: by its own time stamp, else by its Kafka record; undefined where nobody says. */
export function ageMs(arrival: Arrival, request: WriteRequest, now: number): number | undefined {
  const sent = request.sentAt ?? arrival.recordTime
  return sent === undefined ? undefined : now - sent
}

/** The age check, also made again immediately before the bytes leave. */
export function refuseAge({
  arrival,
  request,
  now,
  maxAgeMs,
}: Pick<CheckInput, 'arrival' | 'request' | 'now' | 'maxAgeMs'>) {
  const age = ageMs(arrival, request, now)
  const max = seconds(maxAgeMs)
  if (arrival.leftOver && request.sentAt === undefined) {
    return expired(
      `request expired (age: unknown, max: ${max})`,
      'It may have waited while no gateway attended to it. Send it again; with "timestamp" its age is known.',
    )
  }
  // No time stamp: what is no left-over came at once; in our own queue `write_timeout` bounds its wait.
  if (age === undefined) return undefined
  if (age > maxAgeMs)
    return expired(
      `request expired (age: ${seconds(age)}, max: ${max})`,
      "Check the sender's clock, and the delay on the way.",
    )
  if (age < -maxAgeMs) {
    return {
      error: `invalid request: timestamp ${seconds(-age)} in the future, check the sender's clock`,
      hint: 'Set the clocks of sender and gateway by the same time server.',
    }
  }
  return undefined
}

function expired(error: string, hint: string): Omit<Refusal, 'check'> {
  return { error, hint, skipped: true }
}

function refuseNamespace({ arrival, request, entry }: CheckInput): Omit<Refusal, 'check'> | undefined {
  const { service } = arrival.entry
  const said = request.addressee
  const header = arrival.namespaceHeader
  const known = (name: string) => name === entry.namespace || name === entry.base
  const wrong = said === undefined ? service !== 'kafka' : !known(said)
  if (!wrong && (header === undefined || known(header))) return undefined
  const got = wrong ? (said === undefined ? 'none' : cut(said)) : cut(header as string)
  return {
    error: `namespace mismatch: expected ${entry.base}, got ${got}`,
    hint: `Put "${entry.base}" into "${{ mqtt: 'topic', valkey: 'factory', kafka: 'namespace' }[service]}" if this site is meant.`,
  }
}

function servedPlcs({ plcs, entry }: CheckInput): readonly PlcConfig[] {
  return entry.plcs ? plcs.filter((plc) => entry.plcs?.includes(plc.name)) : plcs
}

function findPlc(input: CheckInput): PlcConfig | undefined {
  return servedPlcs(input).find((plc) => plc.name === input.request.plc)
}

function findTag(input: CheckInput): TagConfig | undefined {
  const { tag: asked } = input.request
  return findPlc(input)?.tags.find((tag) => publishedName(tag) === asked || tag.name === asked)
}

function convertValue(input: CheckInput) {
  const plc = findPlc(input)
  const tag = findTag(input)
  const type = plc && tag && input.typeOf(plc.name, tag)
  return type && tag ? convert(input.request.value, type, tag) : undefined
}

/** `5.2s`, `2s`: seconds with at most one decimal. */
export function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))}s`
}

/** Texts from outside are cut: an answer must not grow with a request's nonsense. */
function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** Equal for equal JSON, whatever its notation. */
export function valueDigest(request: Pick<WriteRequest, 'value'>): string {
  return canonicalDigest(canonicalJson(request.value))
}

/** The same of a value in canonical form: keys sorted, numbers normalised. */
export function canonicalDigest(canonical: string): string {
  return createHash('sha256').update(canonical).digest('hex')
}
