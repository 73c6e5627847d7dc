import { derivedNames } from '#shared/names/table'
import { exit } from './exit.ts'
import { type ConfigOptions, loadConfig, tellProblems } from './load.ts'
import { table } from './table.ts'

/** `warlink check`: validates the configuration and prints every name derived from it. */
export async function check(options: ConfigOptions & { readonly json?: boolean }): Promise<number> {
  const loaded = await loadConfig(options)
  const problems = loaded.ok ? loaded.warnings : loaded.problems
  const names = loaded.ok ? derivedNames(loaded.config) : []
  if (options.json) {
    const namespace = loaded.ok ? loaded.config.namespace : null
    process.stdout.write(
      `${JSON.stringify({ ok: loaded.ok, file: loaded.path, namespace, problems, names }, null, 2)}\n`,
    )
    return loaded.ok ? exit.good : exit.usage
  }
  tellProblems(loaded.path, problems)
  if (!loaded.ok) {
    const errors = problems.filter(({ severity }) => severity === 'error').length
    process.stderr.write(
      `\n${loaded.path}: ${errors} ${errors === 1 ? 'error' : 'errors'}. Nothing was started or changed.\n`,
    )
    return exit.usage
  }
  const rows = names.map((row) => [row.service, row.entry, row.purpose, row.kind, row.name])
  process.stdout.write(`namespace ${loaded.config.namespace}, ${loaded.path}\n\n`)
  process.stdout.write(`${table(['service', 'entry', 'purpose', 'kind', 'name'], rows)}\n`)
  return exit.good
}
