/** Configurations on their way in from another product, and out to a server. */
import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '#shared/config'
import type { ExportOutcome, ImportOutcome } from '#shared/contract/config'
import { codeOf, replaceFile } from './atomic-write.ts'
import type { ReadConfig } from './file.ts'
import { companionPath } from './paths.ts'
import { hidden, redact, type SecretStore, secretNames } from './secrets.ts'
import { type TextWork, textWorkHere } from './text-jobs.ts'

/** Makes one of ours of the text of another product's file, or of ours. Saves nothing, never rejects. */
export async function importConfig(
  text: string,
  work: Pick<TextWork, 'import'> = textWorkHere,
): Promise<ImportOutcome> {
  return text === '' ? { kind: 'failed', error: 'the file is empty' } : await work.import(text, 'import')
}

/**
 * Writes a copy of what was read for a server, and beside it the secrets it names (0600); nothing where it has mistakes.
 * A file that is there is not touched. Never rejects: what was not written is told.
 */
export async function exportConfig(target: string, read: ReadConfig, store: SecretStore): Promise<ExportOutcome> {
  if (!read.ok) return { kind: 'failed', error: unfitText(read) }
  const { text, config } = read
  const file = path.resolve(target)
  const secretsFile = companionPath(file, 'secrets')
  for (const name of [file, secretsFile]) {
    if (await exists(name)) return { kind: 'failed', error: `${name} exists already. Choose another name.` }
  }
  const notes: string[] = []
  const secrets: Record<string, string> = {}
  for (const name of secretNames(config)) {
    const value = await store.get(name).catch(() => undefined)
    if (value === undefined) notes.push(`${name}: not in ${store.title}; enter it in ${path.basename(secretsFile)}.`)
    else secrets[name] = value
  }
  if (JSON.stringify(redact(config)).includes(hidden)) {
    notes.push('Passwords that stand in the file in clear are in the copy, too.')
  }
  const env = environmentNames(config)
  if (env.length > 0) notes.push(`Set on the server: ${env.join(', ')}.`)
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await replaceFile(file, async () => text)
    const some = Object.keys(secrets).length > 0
    if (some) await replaceFile(secretsFile, async () => `${JSON.stringify(secrets, null, 2)}\n`)
    return { kind: 'written', files: some ? [file, secretsFile] : [file], notes }
  } catch (error) {
    return {
      kind: 'failed',
      error: `${file} can not be written (${codeOf(error) || 'unknown error'}). Choose another folder.`,
    }
  }
}

function unfitText({ text, problems }: Extract<ReadConfig, { ok: false }>): string {
  const [first] = problems.filter(({ severity }) => severity === 'error')
  const what = first?.text.replace(/\.$/, '') ?? 'the configuration has mistakes'
  const where = first && text !== '' ? ` (line ${first.line}, column ${first.column})` : ''
  return `nothing was written: ${what}${where}. Mend the configuration first.`
}

function environmentNames(config: Config): readonly string[] {
  const texts = [...config.mqtt, ...config.valkey, ...config.kafka].flatMap(({ username, password }) => [
    username,
    password,
  ])
  const names = texts.flatMap((text) => /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(text ?? '')?.[1] ?? [])
  return [...new Set(names)]
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  )
}
