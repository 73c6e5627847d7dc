/**
 * Check 2: the claim held on every broker, the owner record ours, and nobody else there. Our own word does not count: the
 * records have to stand at the broker. What it does not prove: that a silent client without a record is absent (the
 * counted probe finds those that take requests).
 */
import type { Member } from '#main/bridges/inspector'
import { asError } from '#main/link'
import type { EntryClaim } from '#shared/isolation'
import type { Evidence, Verdict } from '#shared/isolation-run'
import { claimWords, markText, otherText } from '#shared/isolation-words'
import { mqttNames, valkeyNames } from '#shared/names/build'
import { about, type Check, type CheckContext, type Findings, type RunEntry } from './context.ts'

export const claimCheck: Check = {
  number: 2,
  needsHolder: false,
  run: async (context): Promise<Findings> => {
    const status = context.claim()
    const claims = new Map(status.entries.map((claim) => [`${claim.entry.service} ${claim.entry.name}`, claim]))
    const evidence: Evidence[] = []
    const lines: string[] = []
    for (const entry of context.entries) {
      const claim = claims.get(`${entry.id.service} ${entry.id.name}`)
      if (!claim) continue
      evidence.push(...claimEvidence(entry, claim, status.namespace, context.now()))
      if (claim.state.kind === 'unproven') lines.push(...claim.state.aclLines)
      if (entry.problem()) continue
      evidence.push(...(await memberEvidence(context, entry, claim)))
      if (claim.state.kind === 'held') evidence.push(...(await recordEvidence(context, entry)))
    }
    return {
      evidence,
      ...(lines.length > 0 ? { mend: { text: 'Add these rights to the brokers:', lines } } : {}),
    }
  },
}

const verdicts: Readonly<Record<EntryClaim['state']['kind'], Verdict>> = {
  held: 'pass',
  off: 'not-proven',
  unproven: 'not-proven',
  observing: 'not-proven',
  standby: 'fail',
  contested: 'fail',
}

function claimEvidence(entry: RunEntry, claim: EntryClaim, namespace: string, now: number): Evidence[] {
  const { state, owner, ownerIsOurs, others } = claim
  const { text } = claimWords(state, namespace, now)
  const ownerLine = owner
    ? about(
        entry,
        ownerIsOurs ? 'pass' : 'fail',
        'owner',
        ownerIsOurs ? 'owner record ours' : `owner record of ${markText(owner)}`,
      )
    : about(entry, undefined, 'owner', entry.id.service === 'kafka' ? 'has no owner record' : 'no owner record yet')
  const rivals = others.map((other) =>
    about(
      entry,
      other.state === 'standby' ? undefined : 'fail',
      other.state ?? 'there',
      `${otherText(other)} is there too`,
    ),
  )
  return [
    about(entry, verdicts[state.kind], state.kind, text, claim.base),
    ...(state.kind === 'off' ? [] : [ownerLine]),
    ...rivals,
  ]
}

/** Who is connected, as far as the broker tells. */
async function memberEvidence(context: CheckContext, entry: RunEntry, claim: EntryClaim): Promise<Evidence[]> {
  context.say(`${entry.key}: who is connected`)
  try {
    const found = await entry.inspector().members(entry.base, context.signal)
    if (found.kind === 'unproven') {
      // MQTT brokers tell nobody; that is said in the limits.
      return [about(entry, entry.id.service === 'mqtt' ? undefined : 'not-proven', 'members', found.text)]
    }
    const foreign = found.members.filter(({ self, who }) => !self && who !== context.identity.who)
    const own = found.members.length - foreign.length
    const joins = entry.id.service === 'kafka' && entry.config.enable_writeback
    if (joins && own === 0)
      return [about(entry, 'fail', 'not a member', 'the group of the gateways does not have us among its members')]
    const standby = foreign.filter((member) => isStandby(entry, member, claim))
    const elsewhere = foreign.filter((member) => mayBeElsewhere(entry, member))
    const strangers = foreign.filter((member) => !standby.includes(member) && !elsewhere.includes(member))
    const remarks = [
      ...(standby.length > 0 ? [about(entry, undefined, 'standby', standbyText(standby.length))] : []),
      ...(elsewhere.length > 0 ? [about(entry, undefined, 'others', elsewhereText(elsewhere.length))] : []),
    ]
    const lines =
      strangers.length === 0
        ? [about(entry, undefined, 'members', `${own} ${own === 1 ? 'connection' : 'connections'}, all ours`)]
        : strangers.map(({ client, host, doing }) =>
            about(entry, 'fail', 'foreign', `${client || 'a client without a name'} from ${host} (${doing})`),
          )
    return [...lines, ...remarks]
  } catch (error) {
    context.signal.throwIfAborted()
    return [about(entry, 'not-proven', 'members', asError(error).message)]
  }
}

/**
 * A hot standby stays connected to watch. On Valkey who takes requests waits at a list; a member of the group on Kafka
 * takes them, whatever its record says.
 */
function isStandby({ id }: RunEntry, { who, doing }: Member, { others }: EntryClaim): boolean {
  return (
    id.service === 'valkey' &&
    doing !== 'blpop' &&
    others.some((other) => other.who === who && other.state === 'standby')
  )
}

const standbyText = (count: number) =>
  `${count} ${count === 1 ? 'connection' : 'connections'} of gateways in standby: they wait at no list, and so take no requests`

/** Valkey shows who waits at a list and not at which: another program's queue is none of ours. */
function mayBeElsewhere({ id }: RunEntry, { who }: Member): boolean {
  return id.service === 'valkey' && who === undefined
}

const elsewhereText = (count: number) =>
  `${count} ${count === 1 ? 'other client waits' : 'other clients wait'} at a list; the server does not say at which. Were it ours, the counted probe (check 5) would miss requests`

/** What stands at the broker of our claim, seen with a connection of its own. Kafka keeps none: membership is the claim. */
async function recordEvidence(context: CheckContext, entry: RunEntry): Promise<Evidence[]> {
  const { service } = entry.id
  if (service === 'kafka') return []
  context.say(`${entry.key}: the records of the claim`)
  try {
    const { found, note } = await entry
      .inspector()
      .leftOvers(service === 'mqtt' ? `${entry.base}/_gw` : `${entry.base}:_gw`, context.signal)
    return wantedRecords(context, entry).map(({ name, what, isOurs }) => {
      const record = found.find((one) => one.name === name)
      const stored = record?.content[0]
      if (stored === undefined && (record || note))
        return about(
          entry,
          'not-proven',
          'not read',
          `the ${what} at the broker was not read${note ? `: ${note}` : ''}`,
          name,
        )
      if (stored === undefined)
        return about(entry, 'fail', 'no record', `we hold the namespace, but the broker has no ${what}`, name)
      return isOurs(stored)
        ? about(entry, 'pass', 'recorded', `the broker has our ${what}`, name)
        : about(entry, 'fail', 'not ours', `we hold the namespace, but the ${what} at the broker is not ours`, name)
    })
  } catch (error) {
    context.signal.throwIfAborted()
    return [about(entry, 'not-proven', 'records', asError(error).message)]
  }
}

function wantedRecords({ identity }: CheckContext, { id, base }: RunEntry) {
  const { instance, boot, who } = identity
  const ours = (text: string, field: 'instance' | 'boot', value: string) => {
    try {
      const record: Record<string, unknown> = JSON.parse(text) ?? {}
      return record[field] === value
    } catch {
      return false
    }
  }
  const owner = { what: 'owner record', isOurs: (text: string) => ours(text, 'instance', instance) }
  return id.service === 'mqtt'
    ? [
        {
          name: mqttNames.presence(base, who),
          what: 'presence record',
          isOurs: (text: string) => ours(text, 'boot', boot),
        },
        { name: mqttNames.owner(base), ...owner },
      ]
    : [
        { name: valkeyNames.holder(base), what: 'holder key', isOurs: (text: string) => text === who },
        { name: valkeyNames.owner(base), ...owner },
      ]
}
