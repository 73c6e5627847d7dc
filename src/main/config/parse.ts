/**
 * Text of a configuration file to a configuration. All mistakes are told at once, each with its place; what is well
 * formed is checked together even where other parts are not. Pure: no file is read, no secret resolved.
 */
import type { Config, ConfigProblem, TagConfig } from '#shared/config'
import { checkBases } from './base-checks.ts'
import { completeKafka, completeMqtt, completePlc, completeValkey } from './complete.ts'
import type { Draft, PlcGroup } from './draft.ts'
import { checkEntries } from './entry-checks.ts'
import { incumbentKeys, incumbentMark, withIncumbentDefaults } from './incumbent.ts'
import { checkPlcs } from './plc-checks.ts'
import type { Path, Problems } from './problems.ts'
import { type Group, readGroup, warnOfUnknownKeys } from './read-group.ts'
import {
  configSchema,
  type FilePlc,
  kafkaSchema,
  mqttSchema,
  plcSchema,
  schemaKeys,
  tagSchema,
  valkeySchema,
} from './schema.ts'
import { readData } from './yaml-text.ts'

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly ConfigProblem[] }
  /** Errors and warnings, in the order of the file; at least one is an error. */
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] }

/** Longest text that is read, in characters. */
export const longestText = 5 * 1024 * 1024

/** Reads a configuration. `fileName` appears in the texts about the file as a whole. Never throws. */
export function parseConfig(text: string, fileName: string): ParsedConfig {
  if (text.length > longestText)
    return fileProblem(`${fileName} is larger than 5 MB. A configuration is some kilobytes; is this the right file?`)
  const { data, problems } = readData(text)
  if (data === undefined) return { ok: false, problems: problems.list() }
  if (data === null)
    return fileProblem(`${fileName} is empty. Expected at least namespace, plcs and one of mqtt, valkey, kafka.`)
  const mark = incumbentMark(data)
  const meant = mark ? withIncumbentDefaults(data) : { data, places: 0 }
  if (mark) {
    problems.warn(
      [mark],
      `this key tells that the file was written by another product, which leaves out what is false: enabled and publish_changes count as false where they are absent (${meant.places} places). Import the file to have that written out.`,
      'key',
    )
  }
  return readConfig(meant.data, problems)
}

/** A problem of the file as a whole. */
export function fileProblem(text: string): ParsedConfig {
  return { ok: false, problems: [{ severity: 'error', path: '', line: 1, column: 1, text }] }
}

function readConfig(data: unknown, problems: Problems): ParsedConfig {
  const root = readGroup(configSchema, data, [], problems, incumbentKeys)
  if (isGroup(data) && isGroup(data.commissioning)) {
    warnOfUnknownKeys(data.commissioning, schemaKeys.commissioning ?? [], ['commissioning'], problems)
  }
  const list = <T>(key: 'plcs' | 'mqtt' | 'valkey' | 'kafka', read: (item: unknown, path: Path) => T) =>
    (root.part[key] ?? []).map((item, index) => read(item, [key, index]))
  const draft: Draft = {
    ...(root.part.namespace === undefined ? {} : { namespace: root.part.namespace }),
    ...(root.part.commissioning ? { commissioning: root.part.commissioning } : {}),
    plcs: list('plcs', (item, path) => readPlc(item, path, problems)),
    mqtt: list('mqtt', (item, path) => readGroup(mqttSchema, item, path, problems)),
    valkey: list('valkey', (item, path) => readGroup(valkeySchema, item, path, problems)),
    kafka: list('kafka', (item, path) => readGroup(kafkaSchema, item, path, problems)),
  }
  checkPlcs(draft, problems)
  checkEntries(draft, problems)
  checkBases(draft, problems)
  const { whole } = root
  if (!whole || problems.failed()) return { ok: false, problems: problems.list() }
  const config: Config = {
    ...whole,
    plcs: draft.plcs.flatMap((plc) => completePlc(plc, plc.tagGroups.flatMap(tagOf), whole.poll_rate) ?? []),
    mqtt: draft.mqtt.flatMap((entry) => completeMqtt(entry) ?? []),
    valkey: draft.valkey.flatMap((entry) => completeValkey(entry) ?? []),
    kafka: draft.kafka.flatMap((entry) => completeKafka(entry) ?? []),
  }
  return { ok: true, config, warnings: problems.list() }
}

function tagOf({ whole }: Group<TagConfig>): TagConfig[] {
  return whole ? [whole] : []
}

function readPlc(item: unknown, path: Path, problems: Problems): PlcGroup {
  const data = isGroup(item) ? withDriver(item, path, problems) : item
  const group: Group<FilePlc> = readGroup(plcSchema, data, path, problems, ['family'])
  const pins = isGroup(item) && Array.isArray(item.pin) ? item.pin : []
  for (const [index, pin] of pins.entries()) {
    if (isGroup(pin)) warnOfUnknownKeys(pin, schemaKeys['plcs[].pin[]'] ?? [], [...path, 'pin', index], problems)
  }
  if (group.part.connection_path !== undefined && isGroup(item) && 'slot' in item) {
    problems.warn([...path, 'slot'], 'has no effect beside connection_path. Leave one of them out.')
  }
  const tagGroups = (group.part.tags ?? []).map((tag, index) =>
    readGroup(tagSchema, tag, [...path, 'tags', index], problems),
  )
  return { ...group, tagGroups }
}

/** `family` is another name of `driver`. */
function withDriver(item: Record<string, unknown>, path: Path, problems: Problems): Record<string, unknown> {
  if (!('family' in item)) return item
  if ('driver' in item && item.driver !== item.family) {
    problems.error([...path, 'family'], 'says something else than driver, which means the same. Remove one of them.')
    return item
  }
  return { ...item, driver: item.family }
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
