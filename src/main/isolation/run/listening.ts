/**
 * Check 3: nobody else publishes under our base while we listen. Foreign health, values and answers of our PLCs are
 * strangers (FAIL); everything else is a guest and only told. What shows that we would hear them is our own health, which
 * has to come back. What it does not prove: silence for longer than we listen.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SeenMessage } from '#main/bridges/inspector'
import { asError } from '#main/link'
import type { Evidence } from '#shared/isolation-run'
import { everythingUnder, kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { about, type Check, type CheckContext, type Findings, type RunEntry, usable } from './context.ts'

/** Most different addresses told of one entry. */
const most = 20

export const listeningCheck: Check = {
  number: 3,
  needsHolder: false,
  run: async (context): Promise<Findings> => {
    const { entries, evidence } = usable(context, 'connection')
    const seconds = Math.round(context.times.listenMs / 1000)
    context.say(`listening for ${seconds} s`)
    const heard = await Promise.all(entries.map((entry) => listen(context, entry)))
    return { evidence: [...evidence, ...heard.flat()] }
  },
}

async function listen(context: CheckContext, entry: RunEntry): Promise<Evidence[]> {
  const found = new Map<string, { readonly kind: 'stranger' | 'guest'; count: number; readonly preview: string }>()
  const seconds = Math.round(context.times.listenMs / 1000)
  let own = 0
  try {
    const inspector = entry.inspector()
    const watch = await inspector.watch(
      everythingUnder(entry.id.service, entry.base),
      (message) => {
        const kind = judge(context, entry, message)
        if (kind === 'own') own++
        if (!kind || kind === 'own') return
        const address = message.key === undefined ? message.address : `${message.address} ${message.key}`
        const before = found.get(address)
        if (before) before.count++
        else if (found.size < most) {
          found.set(address, { kind, count: 1, preview: Buffer.from(message.payload).toString('utf8').slice(0, 200) })
        }
      },
      context.signal,
    )
    const lost = await Promise.race([watch.lost, sleep(context.times.listenMs, undefined, { signal: context.signal })])
    await watch.close()
    if (lost instanceof Error) return [about(entry, 'not-proven', 'cut off', lost.message)]
    const lines = [...found].map(([address, { kind, count, preview }]) =>
      about(entry, kind === 'stranger' ? 'fail' : undefined, kind, `${count} messages: ${preview}`, address),
    )
    const strangers = lines.some(({ verdict }) => verdict === 'fail')
    const open = watch.note || (own === 0 ? deafText(entry, seconds) : '')
    const silence = about(
      entry,
      open ? 'not-proven' : 'pass',
      own === 0 ? 'deaf' : 'silent',
      open || `no other gateway heard in ${seconds} s; ${own} messages of our own were`,
    )
    return strangers ? lines : [silence, ...lines]
  } catch (error) {
    context.signal.throwIfAborted()
    return [about(entry, 'not-proven', 'not heard', asError(error).message)]
  }
}

/** A broker that delivers nothing of ours would not deliver anything of others either. */
function deafText({ base }: RunEntry, seconds: number): string {
  return `not even our own health came back in ${seconds} s: give this login the right to read all under ${base}, and see that a PLC is enabled`
}

/** Undefined for what was stored, a request (senders are no gateways) or a claim. */
function judge(context: CheckContext, entry: RunEntry, message: SeenMessage): 'own' | 'stranger' | 'guest' | undefined {
  const { address, payload, retained } = message
  if (retained || payload.byteLength === 0) return undefined
  if (isRequestOrClaim(entry, address)) return undefined
  // A base with a selector stands below the one without.
  if (context.entries.some((one) => one.isOwn(address, payload))) return 'own'
  const plc = plcOf(message)
  const ours = plc !== undefined && context.config.plcs.some(({ name }) => name === plc)
  return ours ? 'stranger' : 'guest'
}

/** Presence records are the business of check 2. */
function isRequestOrClaim({ id, base }: RunEntry, address: string): boolean {
  switch (id.service) {
    case 'mqtt':
      return address.endsWith('/write') || address.startsWith(mqttNames.presence(base, ''))
    case 'valkey':
      return address === valkeyNames.presenceChannel(base)
    case 'kafka':
      return address === kafkaNames.writes(base)
  }
}

/** Every message of a gateway says its PLC. */
function plcOf({ payload }: SeenMessage): string | undefined {
  try {
    const { plc }: { plc?: unknown } = JSON.parse(Buffer.from(payload).toString('utf8')) ?? {}
    return typeof plc === 'string' ? plc : undefined
  } catch {
    return undefined
  }
}
