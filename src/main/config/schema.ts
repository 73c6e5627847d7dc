/**
 * The schema of the configuration file: every key, its kind and what holds when it is absent (design: config.md). What
 * concerns more than one key is in `complete.ts` (one entry) and the `*-checks.ts` (several).
 */
import { z } from 'zod'
import { aliasProblem, namespaceProblem, plcNameProblem, selectorProblem, tagNameProblem } from '#shared/names/rules'
import { duration, hostPort, items, listOf, named, number, oneOf, onOff, secret, text, whole, yesNo } from './fields.ts'

const minute = 60_000
const hour = 60 * minute

export const configSchema = z.object({
  namespace: named(namespaceProblem, 'text: the name of this site, unique among all that share the brokers'),
  site: text().exactOptional(),
  poll_rate: duration(250, hour).default(1_000),
  write_mode: oneOf(['armed', 'read-only']).default('armed'),
  write_max_age: duration(100, 10 * minute).default(2_000),
  write_timeout: duration(100, 10 * minute).default(3_000),
  commissioning: z
    .object(
      { plc: text('text: the name of a PLC'), tag: text('text: the name of a tag') },
      { error: 'expected a group of two keys, plc and tag.' },
    )
    .exactOptional(),
  plcs: items('PLCs').default([]),
  mqtt: items('broker entries').default([]),
  valkey: items('server entries').default([]),
  kafka: items('cluster entries').default([]),
})

const pin = z.object(
  {
    vendor: whole(0, 0xffff),
    product: whole(0, 0xffff),
    // Tools print serials as eight hexadecimal digits: 0x00C0FFEE is a number for YAML.
    serial: whole(0, 0xffff_ffff),
  },
  { error: 'expected a group of three keys: vendor, product and serial (0x before hexadecimal digits).' },
)

export const plcSchema = z.object({
  name: named(plcNameProblem, 'text: the name of the PLC'),
  driver: oneOf(['logix', 'micro800'], ' (no other family of PLCs is supported)').default('logix'),
  address: hostPort(44818),
  slot: whole(0, 255).default(0),
  connection_path: z
    .string({ error: 'expected text: a CIP path such as "1,0" or "1,2,2,192.168.1.10,1,0", in quotes.' })
    .regex(/^\s*[0-9]{1,5}\s*,\s*[^,\s]{1,64}\s*(,\s*[0-9]{1,5}\s*,\s*[^,\s]{1,64}\s*){0,15}$/, {
      error: 'is no CIP path. Expected pairs of port and address, such as "1,0" or "1,2,2,192.168.1.10,1,0".',
    })
    .exactOptional(),
  /** Absent: 2 on Logix, 1 on Micro800. */
  connections: whole(1, 4).exactOptional(),
  enabled: yesNo().default(true),
  /** Absent: the rate of the whole configuration. */
  poll_rate: duration(250, hour).exactOptional(),
  timeout: duration(100, 10 * minute).default(3_000),
  health_check_enabled: yesNo().default(true),
  pin: listOf(pin, 'groups of vendor, product and serial').default([]),
  tags: items('tags').default([]),
})

export const tagSchema = z.object({
  name: named(tagNameProblem, 'text: the address of the tag in the PLC'),
  alias: named(aliasProblem).exactOptional(),
  enabled: yesNo().default(true),
  writable: yesNo().default(false),
  ignore_changes: listOf(text('text: the name of a member'), 'names of members').default([]),
  min: number().exactOptional(),
  max: number().exactOptional(),
  enum: listOf(
    z.union([number(), z.string(), z.boolean()], { error: 'expected a number, a text, true or false.' }),
    'allowed values',
  )
    .refine((values) => values.length > 0, {
      error: 'is empty, so that nothing could be written. List the allowed values, or leave the key out.',
    })
    .exactOptional(),
  no_mqtt: yesNo().default(false),
  no_valkey: yesNo().default(false),
  no_kafka: yesNo().default(false),
})

/** What the entries of all three services have in common. */
const entry = (absent: { readonly writeback: boolean; readonly unproven: boolean }) => ({
  name: text('text: a name for this entry'),
  enabled: yesNo().default(true),
  selector: named((value) => selectorProblem(value)).exactOptional(),
  plcs: listOf(text('text: the name of a PLC'), 'PLC names').exactOptional(),
  enable_writeback: yesNo().default(absent.writeback),
  claim: onOff().default('on'),
  allow_unproven: yesNo().default(absent.unproven),
  /** Absent: as the address says, else off. */
  use_tls: yesNo().exactOptional(),
  ca_file: text('text: the path of a file').exactOptional(),
  cert_file: text('text: the path of a file').exactOptional(),
  key_file: text('text: the path of a file').exactOptional(),
  tls_server_name: text('text: the name in the certificate').exactOptional(),
  username: secret().exactOptional(),
  password: secret().exactOptional(),
})

export const mqttSchema = z.object({
  ...entry({ writeback: true, unproven: false }),
  /** host, host:port or URL; taken apart in `complete.ts`. */
  broker: text('text: the host name or URL of the broker'),
  port: whole(1, 65_535).exactOptional(),
  client_id: text().exactOptional(),
})

export const valkeySchema = z.object({
  ...entry({ writeback: false, unproven: false }),
  address: hostPort(6379, { login: true }),
  database: whole(0, 65_535).default(0),
  /** 0 says the same as no key; the longest is what a timer can hold. */
  key_ttl: duration(1_000, 576 * hour, { zero: true }).exactOptional(),
  publish_changes: yesNo().default(true),
  backlog: oneOf(['refuse', 'execute']).default('refuse'),
})

export const kafkaSchema = z.object({
  ...entry({ writeback: false, unproven: true }),
  brokers: listOf(hostPort(9092, { login: true }), 'addresses, such as [kafka-1:9092, kafka-2:9092]').refine(
    (list) => list.length > 0,
    {
      error: 'is empty. Expected at least one address.',
    },
  ),
  sasl_mechanism: oneOf(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).exactOptional(),
  required_acks: oneOf([-1, 0, 1], ' (-1 waits for all replicas)').default(-1),
  auto_create_topics: yesNo().default(true),
  consumer_group: text().exactOptional(),
  publish_changes: yesNo().default(true),
  compression: oneOf(['none', 'gzip']).default('none'),
})

export const entrySchemas = { mqtt: mqttSchema, valkey: valkeySchema, kafka: kafkaSchema } as const

/** Every group of keys by where it stands in the file, for the documentation and its test. */
export const schemaKeys: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(configSchema.shape),
  commissioning: ['plc', 'tag'],
  'plcs[]': [...Object.keys(plcSchema.shape), 'family'],
  'plcs[].pin[]': Object.keys(pin.shape),
  'plcs[].tags[]': Object.keys(tagSchema.shape),
  'mqtt[]': Object.keys(mqttSchema.shape),
  'valkey[]': Object.keys(valkeySchema.shape),
  'kafka[]': Object.keys(kafkaSchema.shape),
}

export type FilePlc = z.output<typeof plcSchema>
export type FileTag = z.output<typeof tagSchema>
export type FileMqtt = z.output<typeof mqttSchema>
export type FileValkey = z.output<typeof valkeySchema>
export type FileKafka = z.output<typeof kafkaSchema>
export type FileEntry = FileMqtt | FileValkey | FileKafka
