/** Mutated configuration files, the same for the same seed, and what must hold for whatever comes of reading them. */
import { parseConfig } from '#main/config/parse'
import { readPlainYaml } from '#main/config/plain-yaml'
import { readYaml } from '#main/config/yaml-text'
import { splitAddress } from '#shared/address'
import type { BrokerConfig, Config, ConfigProblem } from '#shared/config'
import { namespaceProblem, plcNameProblem, tagNameProblem } from '#shared/names/rules'
import { sameData } from '#shared/same-data'

/** Numbers from 0 to below 1; mulberry32. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

// biome-ignore format: a table
const tokens = [
  ...[
    '',
    ' ',
    '\n',
    '\t',
    '  ',
    ': ',
    '- ',
    '# ',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ',',
    '&a ',
    '*a',
    '<<: *a',
    '!!set ',
    '? ',
    '|',
    '>',
    '---\n',
    '%YAML 1.1\n---\n',
  ],
  ...[
    'null',
    '~',
    'true',
    'off',
    '0',
    '-1',
    '1e999',
    '.nan',
    '0x7fffffff',
    '9007199254740993',
    '1m30s',
    '999999999h',
    '\0',
    '\uFEFF',
    '\uD800',
    '\u202E',
    '🙂',
  ],
  ...[
    'namespace',
    'plcs',
    'mqtt',
    'valkey',
    'kafka',
    'web',
    '__proto__',
    'constructor',
    'name',
    'tags',
    'selector',
    'writes',
    'enabled: false',
    'poll_rate: 1',
    `\${X}`,
    `\${secret:`,
  ],
]

/** One text made from another: some pieces put in, taken out, doubled, exchanged or moved. */
export function mutate(text: string, next: () => number): string {
  const at = (length: number) => Math.floor(next() * length)
  let out = text
  for (let left = 1 + at(4); left > 0; left--) {
    const lines = out.split('\n')
    const [from, to] = [at(out.length + 1), at(lines.length)]
    const token = tokens[at(tokens.length)] ?? ''
    switch (at(6)) {
      case 0:
        out = out.slice(0, from) + token + out.slice(from)
        break
      case 1:
        out = out.slice(0, from) + out.slice(from + 1 + at(8))
        break
      case 2:
        lines.splice(at(lines.length), 0, lines[to] ?? '')
        out = lines.join('\n')
        break
      case 3:
        lines.splice(to, 1)
        out = lines.join('\n')
        break
      case 4:
        out = lines.map((line, index) => (index === to ? line.replace(/: .*/, `: ${token}`) : line)).join('\n')
        break
      case 5:
        out = out.slice(0, from) + String.fromCharCode(at(0x180)) + out.slice(from + 1)
        break
    }
  }
  return out
}

export interface Seen {
  configurations: number
  refused: number
  slowestMs: number
}

/** Reads `count` mutations of `texts`. Throws with the text where a promise is broken. */
export function fuzz(texts: readonly string[], count: number, seed: number): Seen {
  const next = random(seed)
  const seen: Seen = { configurations: 0, refused: 0, slowestMs: 0 }
  for (let i = 0; i < count; i++) {
    const text = mutate(texts[i % texts.length] ?? '', next)
    const start = performance.now()
    const broken = brokenPromise(text, seen)
    const ms = performance.now() - start
    seen.slowestMs = Math.max(seen.slowestMs, ms)
    if (broken) throw new Error(`mutation ${i} of seed ${seed}: ${broken}\n${JSON.stringify(text)}`)
    if (ms > 5_000) throw new Error(`mutation ${i} of seed ${seed}: took ${Math.round(ms)} ms\n${JSON.stringify(text)}`)
  }
  return seen
}

function brokenPromise(text: string, seen: Seen): string | undefined {
  try {
    const plain = readPlainYaml(text)
    if (plain && !sameData(plain.data, readYaml(text).data))
      return 'the reader of plain YAML and the whole parser differ'
    const parsed = parseConfig(text, 'c.yaml')
    if (parsed.ok) {
      seen.configurations++
      return brokenConfig(parsed.config) ?? parsed.warnings.map((problem) => brokenProblem(problem, text)).find(Boolean)
    }
    seen.refused++
    if (!parsed.problems.some(({ severity }) => severity === 'error')) return 'refused without an error'
    return parsed.problems.map((problem) => brokenProblem(problem, text)).find(Boolean)
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`
  }
}

function brokenProblem({ line, column, text }: ConfigProblem, file: string): string | undefined {
  const lines = file.split('\n').length
  const placed = Number.isInteger(line) && Number.isInteger(column) && line >= 1 && line <= lines && column >= 1
  return placed && text.length > 5 && text.length < 1_000 ? undefined : `problem at ${line}:${column}: ${text}`
}

function brokenConfig(config: Config): string | undefined {
  const claims: readonly [string, boolean][] = [
    ['namespace', namespaceProblem(config.namespace) === undefined],
    ['site', config.site === undefined || typeof config.site === 'string'],
    [
      'durations',
      [config.poll_rate, config.write_max_age, config.write_timeout].every((ms) => Number.isInteger(ms) && ms >= 100),
    ],
    ['write_mode', config.write_mode === 'armed' || config.write_mode === 'read-only'],
    ['commissioning', !config.commissioning || config.plcs.some(({ name }) => name === config.commissioning?.plc)],
    ['plcs', config.plcs.every(goodPlc)],
    [
      'mqtt',
      config.mqtt.every(
        (entry) => goodEntry(entry) && goodPort(entry.port) && splitAddress(entry.broker, 1) !== undefined,
      ),
    ],
    ['valkey', config.valkey.every((entry) => goodEntry(entry) && goodAddress(entry.address) && entry.key_ttl !== 0)],
    [
      'kafka',
      config.kafka.every((entry) => goodEntry(entry) && entry.brokers.length > 0 && entry.brokers.every(goodAddress)),
    ],
    ['undefined', !hasUndefined(config)],
  ]
  return claims.find(([, holds]) => !holds)?.[0]
}

function goodPlc({ name, address, slot, poll_rate, timeout, tags, ...plc }: Config['plcs'][number]): boolean {
  const flags = [plc.enabled, plc.health_check_enabled].every((flag) => typeof flag === 'boolean')
  const numbers = Number.isInteger(slot) && poll_rate >= 250 && timeout >= 100
  const goodTags = tags.every((tag) => {
    const flags = [tag.enabled, tag.writable, tag.no_mqtt, tag.no_valkey, tag.no_kafka].every(
      (flag) => typeof flag === 'boolean',
    )
    return flags && tagNameProblem(tag.name) === undefined && (tag.min ?? 0) <= (tag.max ?? tag.min ?? 0)
  })
  return flags && numbers && goodTags && plcNameProblem(name) === undefined && splitAddress(address, 1) !== undefined
}

function goodEntry(entry: BrokerConfig): boolean {
  const flags = [entry.enabled, entry.enable_writeback, entry.allow_unproven, entry.use_tls]
  return (
    flags.every((flag) => typeof flag === 'boolean') &&
    entry.name !== '' &&
    (entry.claim === 'on' || entry.claim === 'off')
  )
}

function goodPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}

function goodAddress(address: string): boolean {
  return /:[0-9]+$/.test(address) && splitAddress(address, 1) !== undefined
}

function hasUndefined(value: unknown): boolean {
  if (value === undefined) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUndefined)
}
