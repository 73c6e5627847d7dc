/**
 * Check 9: our own login can't publish, subscribe, push or read in another namespace, judged by what the broker delivers
 * and not by what it acknowledges. Tried with canary names; where a sibling agrees also between its base and ours, both
 * ways. What it does not prove: what logins can do that are neither ours nor the sibling's.
 */

import type { Reachable } from '#main/bridges/inspector'
import { asError } from '#main/link'
import { aclLines } from '#shared/acl'
import type { Evidence, Verdict } from '#shared/isolation-run'
import { base as baseOf } from '#shared/names/build'
import { about, type Check, type CheckContext, type Findings, type RunEntry, type Sibling, usable } from './context.ts'
import { deliveryBetween } from './delivery.ts'

type Client = Sibling['entries'][number]

export const brokerRightsCheck: Check = {
  number: 9,
  needsHolder: false,
  run: async (context): Promise<Findings> => {
    const { entries, evidence } = usable(context, 'connection')
    const found = await Promise.all(entries.map((entry) => tryRights(context, entry)))
    const open = entries.filter((_, i) => found[i]?.some(({ verdict }) => verdict === 'fail'))
    return {
      evidence: [...evidence, ...found.flat()],
      notTried: [
        ...(context.sibling && entries.some(({ id }) => id.service === 'mqtt')
          ? [
              'On MQTT, topics that the sibling uses: only a test topic beside them, since a message there would reach it.',
            ]
          : []),
        context.sibling
          ? "Whether other logins than ours and the sibling's can reach this namespace."
          : 'Whether another login can reach this namespace: only our own was tried. Give a sibling, or run the checks there too.',
      ],
      ...(open.length > 0
        ? {
            mend: {
              text: 'Give this login rights under its own base alone; patterns must end in the separator:',
              lines: open.flatMap((entry) =>
                aclLines(entry.id.service, entry.base, entry.config.username ?? '', 'gateway'),
              ),
            },
          }
        : {}),
    }
  },
}

async function tryRights(context: CheckContext, entry: RunEntry): Promise<Evidence[]> {
  const canary = baseOf(entry.id.service, `${context.config.namespace}-canary-${context.hex(6)}`, entry.config.selector)
  const alone = await rightsOf(context, entry, entry, { base: canary, names: 'real', who: '' })
  const { sibling } = context
  const theirs = sibling?.entries.find((one) => one.id.service === entry.id.service && one.broker === entry.broker)
  if (!sibling || !theirs) return alone
  const who = `sibling ${sibling.config.namespace}: `
  const ours = await reach(context, entry, { from: entry, to: theirs, who: '' })
  const its = await reach(context, entry, { from: theirs, to: entry, who })
  // What a subscription alone leaves open has been shown by messages.
  const shown = ours.every(({ verdict }) => verdict !== 'not-proven')
  return [...(shown ? alone.filter(({ verdict }) => verdict !== 'not-proven') : alone), ...ours, ...its]
}

interface Reach {
  readonly from: Client
  readonly to: Client
  readonly who: string
}

/** What the login of one can do under the base of the other. */
async function reach(context: CheckContext, entry: RunEntry, { from, to, who }: Reach): Promise<Evidence[]> {
  const rights = await rightsOf(context, entry, from, { base: to.base, names: 'test', who })
  if (entry.id.service !== 'mqtt') return rights
  const delivered = await deliveryBetween(context, entry, from, to, who)
  const shown = delivered.every(({ verdict }) => verdict !== 'not-proven')
  return [...(shown ? rights.filter(({ verdict }) => verdict !== 'not-proven') : rights), ...delivered]
}

async function rightsOf(
  context: CheckContext,
  entry: RunEntry,
  client: Client,
  { base, names, who }: { readonly base: string; readonly names: Reachable; readonly who: string },
): Promise<Evidence[]> {
  context.say(`${entry.key}: ${who}rights under ${base}`)
  try {
    const rights = await client.inspector().reach(base, names, context.signal)
    if (rights.length === 0)
      return [about(entry, 'not-proven', 'not tried', `${who}the broker does not say what is allowed`)]
    return rights.map(({ allowed, text, name }) =>
      about(entry, verdictOf(allowed), wordOf(allowed), `${who}${text}`, name),
    )
  } catch (error) {
    context.signal.throwIfAborted()
    return [about(entry, 'not-proven', 'not tried', `${who}${asError(error).message}`)]
  }
}

function verdictOf(allowed: boolean | 'unknown'): Verdict {
  return allowed === 'unknown' ? 'not-proven' : allowed ? 'fail' : 'pass'
}

function wordOf(allowed: boolean | 'unknown'): string {
  return allowed === 'unknown' ? 'unknown' : allowed ? 'delivered' : 'not delivered'
}
