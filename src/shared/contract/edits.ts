/**
 * Changes of the configuration file, as `config.change` takes them. Keys are those of the file, values as one writes
 * them there (durations as text: `500ms`); null removes a key, so that its default holds. Whether a value is good is
 * decided by the file's own rules, which tell the place.
 */
import { z } from 'zod'
import { entryId, name, service } from './fields.ts'

const text = z.string().max(4_096).nullable().exactOptional()
const flag = z.boolean().nullable().exactOptional()
const number = z.number().nullable().exactOptional()
const texts = (most: number) => z.array(z.string().max(500)).max(most).nullable().exactOptional()

const pin = z.array(z.strictObject({ vendor: z.int(), product: z.int(), serial: z.int() })).max(16)

export const siteKeys = z.strictObject({
  namespace: z.string().max(200).exactOptional(),
  site: text,
  write_mode: z.enum(['armed', 'read-only']).exactOptional(),
  poll_rate: text,
  write_max_age: text,
  write_timeout: text,
  commissioning: z.strictObject({ plc: name, tag: name }).nullable().exactOptional(),
})

const plcFields = {
  driver: text,
  address: text,
  slot: number,
  connection_path: text,
  enabled: flag,
  poll_rate: text,
  timeout: text,
  health_check_enabled: flag,
}
export const plcKeys = z.strictObject(plcFields)
export const plcDraft = z.strictObject({ name, ...plcFields })

const tagFields = {
  alias: text,
  enabled: flag,
  writable: flag,
  ignore_changes: texts(200),
  min: number,
  max: number,
  enum: z
    .array(z.union([z.number(), z.string().max(500), z.boolean()]))
    .max(500)
    .nullable()
    .exactOptional(),
  no_mqtt: flag,
  no_valkey: flag,
  no_kafka: flag,
}
export const tagKeys = z.strictObject(tagFields)
export const tagDraft = z.strictObject({ name, ...tagFields })

const entryFields = {
  enabled: flag,
  selector: text,
  plcs: texts(1_000),
  enable_writeback: flag,
  claim: z.enum(['on', 'off']).nullable().exactOptional(),
  allow_unproven: flag,
  use_tls: flag,
  ca_file: text,
  cert_file: text,
  key_file: text,
  tls_server_name: text,
  username: text,
  // mqtt
  broker: text,
  port: number,
  client_id: text,
  // valkey
  address: text,
  database: number,
  key_ttl: text,
  publish_changes: flag,
  backlog: z.enum(['refuse', 'execute']).nullable().exactOptional(),
  // kafka
  brokers: texts(50),
  sasl_mechanism: text,
  required_acks: number,
  auto_create_topics: flag,
  consumer_group: text,
  compression: text,
}
export const entryKeys = z.strictObject(entryFields)
export const entryDraft = z.strictObject({ name, ...entryFields })

/** Most tags in one edit; more take several. */
export const mostTagsInEdit = 10_000

export const configEdit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('set'), keys: siteKeys }),
  z.strictObject({ kind: z.literal('add-plc'), plc: plcDraft }),
  z.strictObject({ kind: z.literal('set-plc'), plc: name, keys: plcKeys }),
  /** Wherever the file names it. */
  z.strictObject({ kind: z.literal('rename-plc'), plc: name, to: name }),
  z.strictObject({ kind: z.literal('remove-plc'), plc: name }),
  /** Controllers that may be written; none: any. */
  z.strictObject({ kind: z.literal('set-pin'), plc: name, pin }),
  z.strictObject({ kind: z.literal('add-tags'), plc: name, tags: z.array(tagDraft).max(mostTagsInEdit) }),
  /** By name, not alias. One that is not there is added. */
  z.strictObject({
    kind: z.literal('set-tags'),
    plc: name,
    tags: z.array(z.strictObject({ name, keys: tagKeys })).max(mostTagsInEdit),
  }),
  z.strictObject({ kind: z.literal('remove-tags'), plc: name, tags: z.array(name).max(mostTagsInEdit) }),
  z.strictObject({ kind: z.literal('add-entry'), service, entry: entryDraft }),
  z.strictObject({ kind: z.literal('set-entry'), entry: entryId, keys: entryKeys }),
  z.strictObject({ kind: z.literal('rename-entry'), entry: entryId, to: name }),
  z.strictObject({ kind: z.literal('remove-entry'), entry: entryId }),
  /** Into the host's key store; the file gets `${secret:…}`. null: none. */
  z.strictObject({
    kind: z.literal('set-password'),
    entry: entryId,
    password: z.string().min(1).max(4_096).nullable(),
  }),
])

export const configEdits = z.array(configEdit).min(1).max(1_000)

export type ConfigEdit = z.output<typeof configEdit>
export type PlcDraft = z.output<typeof plcDraft>
export type PlcKeys = z.output<typeof plcKeys>
export type TagDraft = z.output<typeof tagDraft>
export type TagKeys = z.output<typeof tagKeys>
export type EntryDraft = z.output<typeof entryDraft>
export type EntryKeys = z.output<typeof entryKeys>
