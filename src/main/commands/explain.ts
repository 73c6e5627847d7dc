import { explain as explainRequest } from '#main/writeback/explain'
import type { Service } from '#shared/broker'
import type { ExplainedStep } from '#shared/write'
import { exit } from './exit.ts'
import { type ConfigOptions, loadConfig, tellProblems } from './load.ts'

export interface ExplainOptions extends ConfigOptions {
  readonly address: string
  readonly payload: string
  readonly via: Service
  readonly retained: boolean
  readonly json?: boolean
}

const marks: Readonly<Record<ExplainedStep['verdict'], string>> = { pass: '✓', refused: '✗', unknown: '·' }

/** `warlink explain`: what would become of a request, without sending it. Exit code 1 where it would be refused. */
export async function explain(options: ExplainOptions): Promise<number> {
  const loaded = await loadConfig(options)
  if (!loaded.ok) {
    tellProblems(loaded.path, loaded.problems)
    return exit.usage
  }
  const { address, payload, retained } = options
  const steps = explainRequest({
    config: loaded.config,
    service: options.via,
    address,
    payload,
    retained,
    now: Date.now(),
  })
  const refused = steps.some(({ verdict }) => verdict === 'refused')
  if (options.json) process.stdout.write(`${JSON.stringify({ accepted: !refused, steps }, null, 2)}\n`)
  else for (const step of steps) process.stdout.write(stepText(step))
  if (!options.json && !refused) process.stdout.write('\nThe request would be sent to the PLC.\n')
  return refused ? exit.failed : exit.good
}

function stepText({ title, verdict, text, hint }: ExplainedStep): string {
  const remark = verdict !== 'refused' && text ? `: ${text}` : ''
  const refusal = verdict === 'refused' ? `\n    ${text}\n    → ${hint}` : ''
  return `${marks[verdict]} ${title}${remark}${refusal}\n`
}
