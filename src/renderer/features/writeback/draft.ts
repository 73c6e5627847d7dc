/** What is being put together in the tester, and the message it makes. Pure. */
import type { EntryId } from '#shared/broker'
import type { CommandEntry } from '#shared/commands'
import type { Limits } from '#shared/convert'
import { base } from '#shared/names/build'
import type { DataType } from '#shared/plc'
import type { ConfigView } from '#shared/site'
import { type Edited, parseEdited } from '#shared/value-edit'
import { buildRequest, type RequestMessage } from '#shared/write-request'

export interface Draft {
  /** Absent: none was chosen yet. Chosen by hand, or by a tag being chosen beside it. */
  readonly entry?: EntryId | undefined
  /** '' while none was chosen. */
  readonly plc: string
  /** Published name of the tag; '' while none is chosen. */
  readonly tag: string
  /** As typed into the value's editor. */
  readonly text: string
  readonly requestId: string
  /** Address and message typed over by hand, for a test of what must be refused. */
  readonly edited?: { readonly address: string; readonly payload: string } | undefined
  readonly retain: boolean
}

export const emptyDraft: Omit<Draft, 'requestId'> = { plc: '', tag: '', text: '', retain: false }

/** An id of its own for each request: `t-3f8a21`. */
export function newRequestId(random: () => number = Math.random): string {
  return `t-${Math.floor(random() * 0x1000000)
    .toString(16)
    .padStart(6, '0')}`
}

/** Entries of the configuration with their service, in the order of the file; only those that are switched on. */
export function entriesOf(config: ConfigView): readonly CommandEntry[] {
  const all: CommandEntry[] = [
    ...config.mqtt.map((one) => ({ service: 'mqtt', config: one }) as const),
    ...config.valkey.map((one) => ({ service: 'valkey', config: one }) as const),
    ...config.kafka.map((one) => ({ service: 'kafka', config: one }) as const),
  ]
  return all.filter((entry) => entry.config.enabled)
}

export function baseOf({ service, config }: CommandEntry, namespace: string): string {
  return base(service, namespace, config.selector)
}

/** The value typed, or why it is none. */
export function typedValue(draft: Draft, type: DataType | undefined, limits: Limits): Edited {
  return parseEdited(draft.text, type, limits)
}

/**
 * The message as it would be sent: typed over by hand, or made of the parts. A value that does not fit goes into it as
 * far as it is JSON, so that the refusal can be looked at; `undefined` where nothing can be made of it.
 */
export function messageOf(
  draft: Draft,
  entry: CommandEntry,
  namespace: string,
  value: Edited,
): RequestMessage | undefined {
  const { edited } = draft
  if (!edited && (draft.plc === '' || draft.tag === '')) return undefined
  const valueJson = value.ok ? value.json : (jsonOrNothing(draft.text) ?? 'null')
  const parts = { plc: draft.plc, tag: draft.tag, valueJson, requestId: draft.requestId }
  const built = buildRequest(entry.service, baseOf(entry, namespace), parts)
  return edited ? { ...built, ...edited } : built
}

function jsonOrNothing(text: string): string | undefined {
  try {
    JSON.parse(text)
    return text.trim()
  } catch {
    return undefined
  }
}

export const serviceNames = { mqtt: 'MQTT', valkey: 'Valkey', kafka: 'Kafka' } as const
