/**
 * What a login can do under a base that is not its own. A broker that takes a subscription may deliver nothing all the
 * same, and MQTT 3.1.1 has no way to refuse a message: what the broker does not show stays unknown.
 */
import { randomBytes } from 'node:crypto'
import type { Reachable, Right } from '#main/bridges/inspector'
import { asError } from '#main/link'
import { entryText } from '#shared/broker'
import { mqttNames } from '#shared/names/build'
import type { Inbox } from './inspector.ts'
import type { Outside } from './outside.ts'

/** Longest wait for our own message, ms. */
const deliveryMs = 3_000

/** Rejects in words where the connection is lost. Nothing is retained: the broker forgets what was sent. */
export async function reachUnder(outside: Outside, inbox: Inbox, base: string, names: Reachable): Promise<Right[]> {
  const tail = randomBytes(4).toString('hex')
  const topics = [...(names === 'real' ? [mqttNames.write(base, `__probe_${tail}`)] : []), mqttNames.test(base, tail)]
  const rights = await Promise.all(topics.map((topic) => tryTopic(outside, inbox, topic)))
  const lost = outside.ended()
  if (lost) throw lost
  return rights.flat()
}

type Sent =
  /** Came back to our own subscription. */
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'silence' }

async function tryTopic(outside: Outside, inbox: Inbox, topic: string): Promise<Right[]> {
  const refusal = await outside.subscribe(topic).then(
    () => undefined,
    (error: unknown) => asError(error).message,
  )
  const sent = await send(outside, inbox, topic, refusal === undefined)
  return [sendRight(outside, topic, sent), receiveRight(outside, topic, sent, refusal)]
}

/** `subscribed`: then it is waited for to come back. */
function send(outside: Outside, inbox: Inbox, topic: string, subscribed: boolean): Promise<Sent> {
  return new Promise((resolve) => {
    let acknowledged = false
    const done = (sent: Sent) => {
      clearTimeout(timer)
      stop()
      resolve(sent)
    }
    const timer = setTimeout(() => done({ kind: acknowledged ? 'acknowledged' : 'silence' }), deliveryMs)
    const stop = inbox.listen((packet) => {
      if (packet.topic === topic) done({ kind: 'delivered' })
    })
    outside.publish(topic, 'test', false, (error) => {
      if (error) return done({ kind: 'refused', text: error.message })
      acknowledged = true
      if (!subscribed) done({ kind: 'acknowledged' })
    })
  })
}

function sendRight({ version, place }: Outside, topic: string, sent: Sent): Right {
  const right = { action: 'send', name: topic } as const
  const entry = entryText(place.entry)
  switch (sent.kind) {
    case 'delivered':
      return { ...right, allowed: true, text: 'may publish there: a message was delivered' }
    case 'refused':
      return { ...right, allowed: false, text: sent.text }
    case 'acknowledged':
      return version === 5
        ? { ...right, allowed: true, text: 'may publish there: the broker took a message, and MQTT 5 can refuse one' }
        : {
            ...right,
            allowed: 'unknown',
            text: `${entry}: the broker acknowledged a message, as MQTT 3.1.1 does also with one that it drops. Look at its access rules`,
          }
    case 'silence':
      return {
        ...right,
        allowed: 'unknown',
        text: `${entry}: no answer to a message. Look at the broker's access rules`,
      }
  }
}

function receiveRight({ version, place }: Outside, topic: string, sent: Sent, refusal: string | undefined): Right {
  const right = { action: 'receive', name: topic } as const
  const entry = entryText(place.entry)
  if (sent.kind === 'delivered') return { ...right, allowed: true, text: 'may read there: a message was delivered' }
  if (refusal !== undefined) return { ...right, allowed: false, text: refusal }
  if (sent.kind === 'acknowledged' && version === 5)
    return { ...right, allowed: false, text: `${entry}: a message that the broker took was not delivered to us` }
  return {
    ...right,
    allowed: 'unknown',
    text: `${entry}: the broker takes the subscription, and nothing could be sent to see whether it delivers`,
  }
}
