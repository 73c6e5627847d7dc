/**
 * Check 8: a write addressed to another namespace has no effect here, and ours none there. The other one is a canary that
 * nobody uses or, where a sibling agrees, another site's real base and commissioning tag.
 */
import type { SeenMessage } from '#main/bridges/inspector'
import { asError } from '#main/link'
import type { Evidence } from '#shared/isolation-run'
import { base as baseOf, everythingUnder } from '#shared/names/build'
import { buildRequest } from '#shared/write-request'
import { ask, askedText, askRaw } from './ask.ts'
import { type Commissioned, commissioned, holdCommissioned, valueNow } from './commissioning.ts'
import {
  about,
  type Check,
  type CheckContext,
  type Findings,
  notServed,
  type RunEntry,
  serves,
  usable,
} from './context.ts'
import { besideSibling } from './sibling.ts'

export const otherNamespaceCheck: Check = {
  number: 8,
  needsHolder: true,
  run: async (context): Promise<Findings> => {
    const found = await commissioned(context)
    if (!found.ok) return { evidence: [{ verdict: 'not-proven', word: 'not tried', text: found.why }] }
    const { tag } = found
    const { entries, evidence } = usable(context, 'requests')
    const lines: Evidence[] = [...evidence]
    if (entries.some((entry) => serves(entry, tag.plc))) await holdCommissioned(context, tag)
    for (const entry of entries) {
      if (!serves(entry, tag.plc)) {
        lines.push(notServed(entry, tag.plc))
        continue
      }
      lines.push(await besideCanary(context, entry, tag))
      if (context.sibling) lines.push(...(await besideSibling(context, entry, tag, context.sibling)))
    }
    const notTried = context.sibling
      ? []
      : ["No sibling was given: that another real site's PLC stays as it is was not tried."]
    return { evidence: lines, notTried }
  },
}

async function besideCanary(context: CheckContext, entry: RunEntry, tag: Commissioned): Promise<Evidence> {
  const namespace = `${context.config.namespace}-canary-${context.hex(6)}`
  const base = baseOf(entry.id.service, namespace, entry.config.selector)
  context.say(`${entry.key}: a write for ${base}`)
  const heard: SeenMessage[] = []
  const inspector = entry.inspector()
  let unheard = ''
  // What arrives under the canary's names while we write to both.
  const watch = await inspector
    .watch(everythingUnder(entry.id.service, base), (message) => heard.push(message), context.signal)
    .catch((error: unknown) => {
      context.signal.throwIfAborted()
      unheard = asError(error).message
      return undefined
    })
  try {
    const received = new Set<string>()
    const stop = context.onEnded(({ requestId = '' }) => received.add(requestId))
    const ids = [`canary-${context.hex(8)}`, `canary-${context.hex(8)}`]
    // Once as its own senders would write it, once with our name in the payload.
    const messages = [undefined, entry.base].map((addressee, i) => ({
      ...buildRequest(entry.id.service, base, {
        plc: tag.plc,
        tag: tag.name,
        valueJson: tag.otherJson,
        requestId: ids[i] ?? '',
        ...(addressee === undefined ? {} : { addressee }),
      }),
      requestId: ids[i] ?? '',
    }))
    const quiet = { answerMs: context.times.quietMs, lingerMs: 0 }
    const there = await Promise.all(messages.map((message) => askRaw(context, entry, message, quiet)))
    const now = await valueNow(context, tag)
    const requestId = `own-${context.hex(8)}`
    // The same value as it has: only that it stays on our side is asked here.
    const own = await ask(context, entry, { plc: tag.plc, tag: tag.name, valueJson: tag.nowJson, requestId })
    stop()
    const answered = there.find(({ kind }) => kind === 'answered')
    if (answered)
      return about(entry, 'fail', 'answered', `a write for ${base} was answered: ${askedText(answered)}`, base)
    if (ids.some((id) => received.has(id)))
      return about(entry, 'fail', 'received', `a write for ${base} arrived at this gateway`, base)
    if (now !== tag.nowJson)
      return about(
        entry,
        'fail',
        'changed',
        `${tag.plc}/${tag.name} was ${tag.nowJson} and is ${now ?? 'not read'}`,
        base,
      )
    if (own.kind !== 'answered') return about(entry, 'not-proven', 'not sent', `our own write: ${askedText(own)}`, base)
    if (!own.answers.every(({ success }) => success))
      return about(entry, 'not-proven', 'refused', `our own write: ${askedText(own)}`, base)
    const holds = (id: string) => heard.find(({ payload }) => Buffer.from(payload).toString('utf8').includes(id))
    const leaked = holds(requestId)
    if (leaked) return about(entry, 'fail', 'leaked', `our own write appeared on ${leaked.address}`, base)
    const refused = there.every(({ kind }) => kind === 'failed')
    const how = refused ? 'the broker takes none' : 'nobody answered'
    unheard ||= watch?.note ?? ''
    // An MQTT broker takes subscriptions that it never serves: what we sent there ourselves has to come.
    if (entry.id.service === 'mqtt' && !ids.some(holds))
      unheard ||= 'what we sent there ourselves was not delivered to us'
    if (unheard && !(await takesNothing(context, entry, base)))
      return about(entry, 'not-proven', 'not heard', `whether anything of ours is there: ${unheard}`, base)
    const nothing = unheard ? 'the broker takes nothing of ours there' : 'nothing of ours there'
    return about(entry, 'pass', 'no effect', `${how}; ${tag.plc}/${tag.name} stayed ${now}; ${nothing}`, base)
  } finally {
    await watch?.close()
  }
}

/** That we may not read there shows nothing. That our login, which is the gateway's, may not send there does. */
async function takesNothing(context: CheckContext, entry: RunEntry, base: string): Promise<boolean> {
  try {
    const rights = await entry.inspector().reach(base, 'real', context.signal)
    const sending = rights.filter(({ action }) => action !== 'receive')
    return sending.length > 0 && sending.every(({ allowed }) => allowed === false)
  } catch {
    context.signal.throwIfAborted()
    return false
  }
}
