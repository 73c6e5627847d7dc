/** Reads the configuration a command is about, and tells what is wrong with it. */
import path from 'node:path'
import { setNamespace } from '#main/config/edits'
import { edited, readConfigFile, readConfigText } from '#main/config/file'
import type { ParsedConfig } from '#main/config/parse'
import { defaultConfigPath } from '#main/config/paths'
import type { Config, ConfigProblem } from '#shared/config'

export interface ConfigOptions {
  /** Absent: the default path. */
  readonly config?: string
  /** Used instead of the file's. */
  readonly namespace?: string
}

export type Loaded =
  | { readonly ok: true; readonly path: string; readonly config: Config; readonly warnings: readonly ConfigProblem[] }
  | { readonly ok: false; readonly path: string; readonly problems: readonly ConfigProblem[] }

/** Absolute path of the configuration a command is about. */
export function configPathOf({ config }: Pick<ConfigOptions, 'config'>): string {
  return path.resolve(config ?? defaultConfigPath())
}

/** Reads the file of `--config`, with `--namespace` put in. Never rejects. */
export async function loadConfig(options: ConfigOptions): Promise<Loaded> {
  const file = configPathOf(options)
  const read = await readConfigFile(file)
  const parsed = options.namespace === undefined || !read.ok ? read : withNamespace(read.text, file, options.namespace)
  return { ...parsed, path: file }
}

function withNamespace(text: string, file: string, namespace: string): ParsedConfig {
  const made = edited(text, setNamespace(namespace))
  if (made.ok) return readConfigText(made.text, file)
  return {
    ok: false,
    problems: [{ severity: 'error', path: 'namespace', line: 1, column: 1, text: `--namespace: ${made.error}` }],
  }
}

/** `factory-a.yaml:3:7: error: …`, as editors and terminals can jump to. The text names what it concerns. */
export function problemLine(file: string, { severity, line, column, text }: ConfigProblem): string {
  const where = path.relative('', file).startsWith('..') ? file : path.relative('', file) || file
  return `${where}:${line}:${column}: ${severity}: ${text}`
}

/** Prints problems to standard error. */
export function tellProblems(file: string, problems: readonly ConfigProblem[]) {
  for (const problem of problems) process.stderr.write(`${problemLine(file, problem)}\n`)
}
