/**
 * Whether messages cross between two logins on an MQTT broker, which accepts subscriptions and drops what it may not
 * deliver without a word: both listen on a name that only tests use, and what the owner itself sends must arrive there.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { asError } from '#main/link'
import type { Evidence } from '#shared/isolation-run'
import { mqttNames } from '#shared/names/build'
import { about, type CheckContext, type RunEntry, type Sibling } from './context.ts'

type Client = Sibling['entries'][number]

const lookMs = 20

/** From `from`'s login to a name under `to`'s base, and back. `who` begins the texts. */
export async function deliveryBetween(
  context: CheckContext,
  entry: RunEntry,
  from: Client,
  to: Client,
  who: string,
): Promise<Evidence[]> {
  const foreign = mqttNames.test(to.base, context.hex(8))
  const own = mqttNames.test(to.base, context.hex(8))
  const there = new Set<string>()
  const here = new Set<string>()
  context.say(`${entry.key}: ${who}messages under ${to.base}`)
  const watching: { close(): Promise<void> }[] = []
  try {
    const topics = [foreign, own]
    watching.push(await to.inspector().watch(topics, ({ address }) => there.add(address), context.signal))
    // Refused: as it should be.
    const listening = await from
      .inspector()
      .watch(topics, ({ address }) => here.add(address), context.signal)
      .catch(() => undefined)
    if (listening) watching.push(listening)
    await send(context, from, foreign)
    await send(context, to, own)
    const until = Date.now() + context.times.answerMs
    while (!there.has(own) && Date.now() < until) await sleep(lookMs, undefined, { signal: context.signal })
    if (!there.has(own))
      return [about(entry, 'not-proven', 'unknown', `${who}a message of its own login did not arrive either`, own)]
    await sleep(context.times.quietMs, undefined, { signal: context.signal })
    return [
      there.has(foreign)
        ? about(entry, 'fail', 'delivered', `${who}a message to ${to.base} arrived there`, foreign)
        : about(entry, 'pass', 'not delivered', `${who}a message to ${to.base} did not arrive there`, foreign),
      here.has(own) || here.has(foreign)
        ? about(entry, 'fail', 'delivered', `${who}a message within ${to.base} was delivered to this login too`, own)
        : about(entry, 'pass', 'not delivered', `${who}a message within ${to.base} reached its owner alone`, own),
    ]
  } catch (error) {
    context.signal.throwIfAborted()
    return [about(entry, 'not-proven', 'not tried', `${who}${asError(error).message}`)]
  } finally {
    await Promise.all(watching.map((one) => one.close()))
  }
}

/** Whatever becomes of it: what counts is what arrives. */
async function send(context: CheckContext, client: Client, address: string): Promise<void> {
  const message = { address, payload: '{"test":true}', isAnswer: () => false, timeoutMs: context.times.quietMs }
  for await (const _ of context.client(client).send(message, context.signal));
  context.signal.throwIfAborted()
}
