/**
 * The configuration file on disk: read with all its mistakes told, changed in place so that comments stay, saved
 * atomically and never over a change somebody else made in the meantime.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { BrokerConfig, Config, ConfigProblem } from '#shared/config'
import type { DiffLine } from '#shared/diff'
import { applyEdit } from './aliases.ts'
import { codeOf, replaceFile } from './atomic-write.ts'
import { keepLayout } from './document-text.ts'
import type { Edit } from './edits.ts'
import { withoutMoved } from './moved-passwords.ts'
import { fileProblem, longestText, type ParsedConfig, parseConfig } from './parse.ts'
import { shownDiff } from './shown-diff.ts'
import { readYaml } from './yaml-text.ts'

/** What was read. `version` tells it from any other content of the file (SHA-256, hex); `missing`: there is no file. */
export type ReadConfig = ParsedConfig & {
  readonly text: string
  readonly version: string
  readonly missing?: true
}

export type SaveOutcome =
  | { readonly kind: 'saved'; readonly config: Config; readonly warnings: readonly ConfigProblem[] }
  /** The file would not be a good configuration. Nothing was written. */
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] }
  /** The change does not fit the file (the tag is gone, …). Nothing was written. */
  | { readonly kind: 'refused'; readonly error: string }
  /** Somebody changed the file since it was read: `difference` leads from what was read to what is there now, without passwords. */
  | { readonly kind: 'changed on disk'; readonly difference: readonly DiffLine[] }
  /** The system refused; `error` says what and what to do. The old file is as it was. */
  | { readonly kind: 'failed'; readonly error: string }

export interface SaveOptions {
  /** Save although the file changed on disk: the change is made to what was read, and replaces what is there. */
  readonly overwrite?: boolean
}

export interface ConfigFile {
  /** Absolute, links followed. */
  readonly path: string
  /** What was read or saved last. */
  readonly current: ReadConfig
  /** Makes one change and saves it. Calls wait for each other: each change is made to the outcome of the one before. */
  save(edit: Edit, options?: SaveOptions): Promise<SaveOutcome>
  /** The same with a whole new text. */
  saveText(text: string, options?: SaveOptions): Promise<SaveOutcome>
  /** The same with a text that was made and read elsewhere, from the one it is given. */
  saveMade(make: (text: string) => MadeConfig | Promise<MadeConfig>, options?: SaveOptions): Promise<SaveOutcome>
  /** What a change would do to the text, without saving. */
  preview(
    edit: Edit,
  ):
    | { readonly ok: true; readonly text: string; readonly difference: readonly DiffLine[] }
    | { readonly ok: false; readonly error: string }
  /** Reads the file again; `current` is then what is there. */
  reload(): Promise<ReadConfig>
}

/** What takes long with a long text, done here or elsewhere. */
export interface TextReading {
  read(text: string, file: string): Promise<ParsedConfig>
  diff(text: string, to: string): Promise<readonly DiffLine[]>
}

const readingHere: TextReading = {
  read: async (text, file) => readConfigText(text, file),
  diff: async (text, to) => shownDiff(text, to),
}

/** Opens a configuration file. Never rejects: what is wrong with the file is in `current`. */
export async function openConfigFile(file: string, reading: TextReading = readingHere): Promise<ConfigFile> {
  const real = await realpath(file).catch(() => path.resolve(file))
  let current = await readConfigFile(real, reading)
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(job: () => Promise<T>): Promise<T> {
    const result = last.then(job)
    last = result.catch(() => {})
    return result
  }

  async function save(
    make: (text: string) => MadeConfig | Promise<MadeConfig>,
    options: SaveOptions,
  ): Promise<SaveOutcome> {
    const made = await make(current.text)
    if (!made.ok) return { kind: 'refused', error: made.error }
    const { parsed } = made
    if (!parsed.ok) return { kind: 'invalid', problems: parsed.problems }
    const read = current
    let difference: readonly DiffLine[] | undefined
    try {
      await replaceFile(real, async () => {
        const onDisk = await readText(real)
        const text = onDisk.ok ? onDisk.text : ''
        const changed = onDisk.ok ? versionOf(text) !== read.version : onDisk.code !== 'ENOENT' || read.text !== ''
        if (changed && !options.overwrite) {
          difference = await reading.diff(read.text, text)
          return undefined
        }
        if (onDisk.ok || onDisk.code === noText) await keepFormer(onDisk, read, parsed.config)
        return made.text
      })
    } catch (error) {
      return { kind: 'failed', error: writeErrorText(real, error) }
    }
    if (difference) return { kind: 'changed on disk', difference }
    current = { ...parsed, text: made.text, version: versionOf(made.text) }
    return { kind: 'saved', config: parsed.config, warnings: parsed.warnings }
  }

  /** A password that has moved to a store is not to be found beside the file either: without it, or not at all. */
  async function keepFormer(onDisk: TextRead, read: ReadConfig, next: Config) {
    const text = onDisk.ok ? onDisk.text : ''
    const kept = read.ok ? withoutMoved(text, read.config, next) : text
    if (kept === undefined) await rm(`${real}.bak`, { force: true })
    else await replaceFile(`${real}.bak`, async () => (onDisk.ok ? kept : createReadStream(real)))
  }

  return {
    path: real,
    get current() {
      return current
    },
    save: (edit, options = {}) => inTurn(() => save((text) => madeConfig(edited(text, edit), real), options)),
    saveText: (text, options = {}) =>
      inTurn(() => save(async () => ({ ok: true, text, parsed: await reading.read(text, real) }), options)),
    saveMade: (make, options = {}) => inTurn(() => save(make, options)),
    preview: (edit) => {
      const made = edited(current.text, edit)
      return made.ok ? { ...made, difference: shownDiff(current.text, made.text) } : made
    },
    reload: () =>
      inTurn(async () => {
        current = await readConfigFile(real, reading)
        return current
      }),
  }
}

/** Makes a new configuration file, and its folder. An existing file is never touched. */
export async function createConfigFile(file: string, text: string): Promise<SaveOutcome> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  } catch (error) {
    return { kind: 'failed', error: writeErrorText(file, error) }
  }
  const opened = await openConfigFile(file)
  const exists = (await readText(opened.path)).code !== 'ENOENT'
  return exists
    ? { kind: 'refused', error: `${file} exists already. Open it, or choose another name.` }
    : opened.saveText(text)
}

/** Reads and checks a file. Never rejects. */
export async function readConfigFile(
  file: string,
  { read: parse }: Pick<TextReading, 'read'> = readingHere,
): Promise<ReadConfig> {
  const read = await readText(file)
  if (!read.ok) {
    return { ...fileProblem(read.error), text: '', version: '', ...(read.code === 'ENOENT' ? { missing: true } : {}) }
  }
  return { ...(await parse(read.text, file)), text: read.text, version: versionOf(read.text) }
}

/** A new text and what it says; or why it can't be made. */
export type MadeConfig =
  | {
      readonly ok: true
      readonly text: string
      readonly parsed: ParsedConfig
      /** Names and passwords that the store has to hold before the text is saved. */
      readonly secrets?: readonly (readonly [name: string, password: string])[]
    }
  | { readonly ok: false; readonly error: string }

/** Reads a text as if it stood in `file`. */
export function readConfigText(text: string, file: string): ParsedConfig {
  return withFolder(parseConfig(text, file), file)
}

function madeConfig(made: MadeText, file: string): MadeConfig {
  return made.ok ? { ok: true, text: made.text, parsed: readConfigText(made.text, file) } : made
}

export type MadeText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string }

/**
 * Applies an edit to a text. An edit that meets something it does not expect changes nothing. `layout`: the whole text,
 * where this is a part of it.
 */
export function edited(text: string, edit: Edit, layout = text): MadeText {
  const { doc, data } = readYaml(text)
  if (data === undefined) return { ok: false, error: 'the file is not valid YAML and can only be changed as text' }
  try {
    const print = keepLayout(doc, text, layout)
    const problem = applyEdit(doc, edit)
    return problem ? { ok: false, error: problem } : { ok: true, text: print() }
  } catch {
    return {
      ok: false,
      error: 'the file is built in a way this change does not understand; change it as text',
    }
  }
}

type TextRead =
  | { readonly ok: true; readonly text: string; readonly code: '' }
  | { readonly ok: false; readonly error: string; readonly code: string }

async function readText(file: string): Promise<TextRead> {
  try {
    // Asked first: opening a pipe would wait for its other end.
    const info = await stat(file)
    if (info.isDirectory()) {
      return refused(`${file} is a folder. Name the file in it, such as ${path.join(file, 'config.yaml')}.`)
    }
    if (!info.isFile()) return refused(`${file} is no regular file. Name a file that can be saved again.`)
    if (info.size > longestText) {
      return refused(`${file} is larger than 5 MB. A configuration is some kilobytes; is this the right file?`, noText)
    }
    return decode(file, await readFile(file))
  } catch (error) {
    return { ok: false, error: readErrorText(file, error), code: codeOf(error) || 'unknown' }
  }
}

function decode(file: string, bytes: Buffer): TextRead {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  if (utf16) return refused(`${file} is saved as UTF-16. Save it as UTF-8.`, noText)
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), code: '' }
  } catch {
    return refused(`${file} is not UTF-8 text. Save it as UTF-8.`, noText)
  }
}

/** Code of a file with bytes that are not read as a text. */
const noText = 'no text'

function refused(error: string, code = 'content'): TextRead {
  return { ok: false, error, code }
}

function readErrorText(file: string, error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT') return `${file} does not exist. Name the configuration with --config FILE.`
  if (code === 'EACCES' || code === 'EPERM')
    return `${file} can not be read: permission denied. It must be readable for the user that runs the gateway.`
  return `${file} can not be read (${code || 'unknown error'}).`
}

function writeErrorText(file: string, error: unknown): string {
  const code = codeOf(error)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return `${file} can not be saved: permission denied. File and folder must be writable for the user that runs the gateway.`
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return `${file} can not be saved: the disk is full. The old file is as it was.`
  if (code === 'ENOENT') return `${file} can not be saved: its folder does not exist.`
  if (code === 'EEXIST') return `${file} can not be saved: another program is saving it. Try again.`
  return `${file} can not be saved (${code || 'unknown error'}). The old file is as it was.`
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Certificate files named without a folder are beside the configuration. */
function withFolder<T extends ParsedConfig>(parsed: T, file: string): T {
  if (!parsed.ok) return parsed
  const { config } = parsed
  const absolute = <E extends BrokerConfig>(entry: E): E => {
    const files = (['ca_file', 'cert_file', 'key_file'] as const).flatMap((key) => {
      const name = entry[key]
      return name === undefined ? [] : [[key, path.resolve(path.dirname(file), name)] as const]
    })
    return { ...entry, ...Object.fromEntries(files) }
  }
  const entries = {
    mqtt: config.mqtt.map(absolute),
    valkey: config.valkey.map(absolute),
    kafka: config.kafka.map(absolute),
  }
  return { ...parsed, config: { ...config, ...entries } }
}
