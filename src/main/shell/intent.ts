import { parseArgs } from 'node:util'

/** What the application was started for. */
export type Intent = WindowIntent | { readonly kind: 'command'; readonly args: readonly string[] }

export type WindowIntent =
  /** A window on a configuration file; absent: the default one. */
  | { readonly kind: 'window'; readonly config?: string; readonly recovered: number }
  /** A window on the demo site. `recovered`: how often in a row the application was started anew after an error. */
  | { readonly kind: 'demo'; readonly recovered: number }

const options = {
  config: { type: 'string', short: 'c' },
  demo: { type: 'boolean' },
  recovered: { type: 'string' },
} as const

/**
 * `args` are those after the program's own name; switches of Chromium may stand among them. A word that is a command
 * makes it the command line; any other is a configuration file that was dropped on the program or opened with it.
 */
export function intentOf(args: readonly string[], commands: readonly string[]): Intent {
  const first = args.findIndex((arg, i) => !arg.startsWith('-') && !/^(-c|--config)$/.test(args[i - 1] ?? ''))
  if (commands.includes(args[first] ?? '')) return { kind: 'command', args: args.slice(first) }
  const asked = args.filter((arg) => /^(-h|--help|-v|--version)$/.test(arg))
  if (asked.length > 0) return { kind: 'command', args: asked }
  const own = args.filter((arg) => /^(-c$|--(config|recovered)(=|$)|--demo$|[^-])/.test(arg))
  const { values, positionals } = parseArgs({ args: own, strict: false, allowPositionals: true, options })
  const recovered = Number(values.recovered) || 0
  if (values.demo === true) return { kind: 'demo', recovered }
  const config = typeof values.config === 'string' ? values.config : positionals[0]
  return { kind: 'window', recovered, ...(config ? { config } : {}) }
}

/** Arguments for another start on the same intent. */
export function argsOf(intent: WindowIntent): string[] {
  const recovered = intent.recovered > 0 ? [`--recovered=${intent.recovered}`] : []
  if (intent.kind === 'demo') return ['--demo', ...recovered]
  return [...(intent.config === undefined ? [] : [`--config=${intent.config}`]), ...recovered]
}
