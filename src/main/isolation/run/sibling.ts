/** The second half of check 8: another real site that agreed, its gateway running, its commissioning tag written. */
import { setTimeout as sleep } from 'node:timers/promises'
import { asError } from '#main/link'
import { type Config, publishedName } from '#shared/config'
import type { Evidence } from '#shared/isolation-run'
import { mqttNames, valkeyNames } from '#shared/names/build'
import { isJsonObject, jsonToText, parseJson } from '#shared/value'
import { type Asked, ask, askedText } from './ask.ts'
import { type Commissioned, valueNow } from './commissioning.ts'
import { about, type CheckContext, type RunEntry, type Sibling } from './context.ts'

/** A write for the sibling has its effect there and none here; one for us none there. */
export async function besideSibling(
  context: CheckContext,
  entry: RunEntry,
  tag: Commissioned,
  { config, entries }: Sibling,
): Promise<Evidence[]> {
  const theirs = entries.find((one) => one.id.service === entry.id.service && one.broker === entry.broker)
  const chosen = commissionedIn(config)
  const what = `sibling ${config.namespace}`
  if (!theirs?.config.enable_writeback)
    return [about(entry, undefined, 'not shared', `${what} takes no requests on this broker`)]
  if (!chosen)
    return [about(entry, 'not-proven', 'not tried', `${what}: its configuration names no writable commissioning tag`)]
  const id = () => `sibling-${context.hex(8)}`
  context.say(`${entry.key}: a write for ${what}`)
  const ended = new Set<string>()
  const stop = context.onEnded(({ requestId = '' }) => ended.add(requestId))
  try {
    // With the value it has now: even this changes nothing there.
    const now = await publishedValue(context, entries, chosen)
    if (now === undefined)
      return [
        about(
          entry,
          'not-proven',
          'not tried',
          `${what}: no value of ${chosen.plc}/${chosen.tag} is published on this broker`,
        ),
      ]
    const there = id()
    const asked = await ask(context, theirs, { ...chosen, valueJson: now, requestId: there })
    const lines = [judged(context, entry, what, asked, ended.has(there))]
    const here = await valueNow(context, tag)
    if (here !== tag.nowJson)
      lines.push(
        about(
          entry,
          'fail',
          'changed',
          `${tag.plc}/${tag.name} was ${tag.nowJson} and is ${here ?? 'not read'} after a write for ${what}`,
        ),
      )
    // Ours, with another value: theirs must stay.
    const own = await ask(context, entry, {
      plc: tag.plc,
      tag: tag.name,
      valueJson: tag.otherJson,
      requestId: id(),
    })
    // Its next poll has to have been.
    await sleep(context.times.quietMs, undefined, { signal: context.signal })
    const after = await publishedValue(context, entries, chosen)
    await ask(context, entry, {
      plc: tag.plc,
      tag: tag.name,
      valueJson: tag.nowJson,
      requestId: id(),
    })
    if (own.kind === 'answered' && own.answers.length === 1 && after === now) {
      lines.push(
        about(entry, 'pass', 'unchanged', `${what}: ${chosen.plc}/${chosen.tag} stayed ${now} while ours was written`),
      )
    } else if (after !== now)
      lines.push(
        about(
          entry,
          'fail',
          'changed',
          `${what}: ${chosen.plc}/${chosen.tag} was ${now} and is ${after ?? 'not read'} after our write`,
        ),
      )
    else lines.push(about(entry, 'fail', 'two answers', `our own write beside ${what}: ${askedText(own)}`))
    return lines
  } catch (error) {
    context.signal.throwIfAborted()
    return [about(entry, 'not-proven', 'not tried', `${what}: ${asError(error).message}`)]
  } finally {
    stop()
  }
}

function judged(context: CheckContext, entry: RunEntry, what: string, asked: Asked, arrivedHere: boolean): Evidence {
  if (arrivedHere) return about(entry, 'fail', 'received', `a write for ${what} arrived at this gateway`)
  if (asked.kind !== 'answered')
    return about(entry, 'not-proven', asked.kind, `a write for ${what}: ${askedText(asked)}. Does its gateway run?`)
  if (asked.answers.length > 1)
    return about(entry, 'fail', 'two answers', `a write for ${what} was answered ${asked.answers.length} times`)
  const good = asked.answers[0]?.success
  return about(
    entry,
    good ? 'pass' : 'not-proven',
    good ? 'answered there' : 'refused there',
    `a write for ${what}: ${askedText(asked)}; none of it in ${context.config.namespace}`,
  )
}

function commissionedIn({ commissioning, plcs }: Config): { readonly plc: string; readonly tag: string } | undefined {
  const tag = plcs
    .find(({ name }) => name === commissioning?.plc)
    ?.tags.find((one) => (one.name === commissioning?.tag || publishedName(one) === commissioning?.tag) && one.writable)
  return commissioning && tag ? { plc: commissioning.plc, tag: publishedName(tag) } : undefined
}

/** The value as it stands at one of its brokers, as JSON; undefined where none does. Kafka keeps no newest value. */
async function publishedValue(
  context: CheckContext,
  entries: Sibling['entries'],
  { plc, tag }: { readonly plc: string; readonly tag: string },
): Promise<string | undefined> {
  for (const { id, base, inspector } of entries) {
    if (id.service === 'kafka') continue
    const address = id.service === 'mqtt' ? mqttNames.tag(base, plc, tag) : valkeyNames.tag(base, plc, tag)
    const { found } = await inspector().leftOvers(base, context.signal)
    const value = valueIn(found.find(({ name }) => name === address)?.content[0])
    if (value !== undefined) return value
  }
  return undefined
}

function valueIn(payload: string | undefined): string | undefined {
  if (payload === undefined) return undefined
  try {
    const message = parseJson(payload)
    const value = isJsonObject(message) ? message.value : undefined
    return value === undefined ? undefined : jsonToText(value)
  } catch {
    return undefined
  }
}
