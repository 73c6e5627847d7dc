import { entryText } from '#shared/broker'
import type { Outcome } from '#shared/contract/isolation'
import type { ClaimStatus, EntryClaim } from '#shared/isolation'
import { claimWords, markText, otherText } from '#shared/isolation-words'
import { askGateway } from './ask-gateway.ts'
import { exit } from './exit.ts'
import { table } from './table.ts'

export interface ClaimCommandOptions {
  readonly config?: string
  readonly json?: boolean
  /** Take the namespace over; the three others say what, who and why. */
  readonly take?: boolean
  readonly namespace?: string
  readonly name?: string
  readonly reason?: string
  /** Say that a contest is over. */
  readonly clear?: boolean
}

/**
 * `warlink claim`: who may write under the namespace of a running gateway. Exit code 0 where it is held, 1 where not, or
 * where what was asked was refused.
 */
export async function claim(options: ClaimCommandOptions): Promise<number> {
  if (options.take) return await take(options)
  if (options.clear) return await decide(options, (client) => client.call('isolation.clearContested', {}), 'cleared')
  const asked = await askGateway(options, (client) => client.call('isolation.status', {}))
  if (!asked.ok) return failed(asked.error)
  const { claim: status } = asked.answer
  process.stdout.write(options.json ? `${JSON.stringify(status, null, 2)}\n` : claimText(status))
  return status.gateway.kind === 'held' || status.gateway.kind === 'off' ? exit.good : exit.failed
}

async function take(options: ClaimCommandOptions): Promise<number> {
  const { namespace, name, reason } = options
  if (!namespace || !name || !reason) {
    process.stderr.write(
      'warlink claim --take needs --namespace (typed as it is), --name (yours) and --reason: all three are journalled.\n',
    )
    return exit.usage
  }
  const done = `taken over; it writes when it has listened for other gateways (warlink claim shows it)`
  return await decide(options, (client) => client.call('isolation.take', { namespace, name, reason }), done)
}

async function decide(
  options: ClaimCommandOptions,
  ask: Parameters<typeof askGateway<Outcome>>[1],
  done: string,
): Promise<number> {
  const asked = await askGateway(options, ask)
  if (!asked.ok) return failed(asked.error)
  if (!asked.answer.ok) return failed(asked.answer.error)
  process.stdout.write(`${done}\n`)
  return exit.good
}

/** The claim of the gateway, then of each broker with its owner and with whoever else was heard. */
export function claimText(status: ClaimStatus, now = Date.now()): string {
  const { text, hint } = claimWords(status.gateway, status.namespace, now)
  const rows = status.entries.map((entry) => entryRow(entry, status.namespace, now))
  const more = status.entries.flatMap(remarks)
  return [
    `namespace ${status.namespace}: ${text}`,
    ...(hint ? [`→ ${hint}`] : []),
    '',
    table(['broker', 'base', 'claim', 'owner record'], rows),
    ...(more.length > 0 ? ['', ...more] : []),
    '',
  ].join('\n')
}

function entryRow(entry: EntryClaim, namespace: string, now: number): readonly string[] {
  const owner = entry.owner ? (entry.ownerIsOurs ? 'ours' : markText(entry.owner)) : '–'
  return [entryText(entry.entry), entry.base, claimWords(entry.state, namespace, now).text, owner]
}

/** Others with a record, strangers, guests, and the rights that are missing. */
function remarks({ entry, state, others, heard }: EntryClaim): readonly string[] {
  const name = entryText(entry)
  return [
    ...others.map((other) => `${name}: ${otherText(other)} is there too (${other.state ?? 'unknown'})`),
    ...heard.map(({ kind, address, count }) => `${name}: ${kind} on ${address}, ${count} messages`),
    ...(state.kind === 'unproven' ? state.aclLines.map((line) => `${name}: add to its access rules: ${line}`) : []),
  ]
}

function failed(error: string): number {
  process.stderr.write(`${error}\n`)
  return exit.failed
}
