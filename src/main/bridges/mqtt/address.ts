import type { Message, Subject } from '#main/bridges/bridge'
import { presenceLifeMs } from '#main/bridges/lease'
import { mqttNames } from '#shared/names/build'

/** What goes on the wire for one message, but for its quality of service, which is always 1. */
export interface Publication {
  readonly topic: string
  readonly payload: string
  readonly options: PublishOptions
}

interface PublishOptions {
  readonly qos: 1
  readonly retain: boolean
  /** MQTT 5 §3.3.2.3; left out on version 3.1.1 by the client library. */
  readonly properties?: { readonly messageExpiryInterval: number }
}

/** Life time of health at the broker, in s: it vanishes when the process dies (wire.md §2). */
const healthLifeS = 30

const retained: PublishOptions = { qos: 1, retain: true }
const passing: PublishOptions = { qos: 1, retain: false }
const health: PublishOptions = { qos: 1, retain: true, properties: { messageExpiryInterval: healthLifeS } }
const presence: PublishOptions = {
  qos: 1,
  retain: true,
  properties: { messageExpiryInterval: presenceLifeMs / 1_000 },
}

/** Topic, payload and flags of a message. `head` as `messageHead` makes it. */
export function publication(base: string, head: string, { subject, body }: Message): Publication {
  switch (subject.kind) {
    case 'tag':
      return { topic: topicOf(base, subject), payload: head + body, options: retained }
    case 'health':
      return { topic: topicOf(base, subject), payload: head + body, options: health }
    case 'response':
      return { topic: subject.to, payload: head + body, options: passing }
    case 'clear':
      // An empty retained message removes what the broker keeps (MQTT 5 §3.3.1.3).
      return { topic: topicOf(base, subject.what), payload: '', options: retained }
  }
}

/** A presence record, also as the Last Will. '' removes it. */
export function presencePublication(base: string, who: string, record: string): Publication {
  return { topic: mqttNames.presence(base, who), payload: record, options: record === '' ? retained : presence }
}

/** The owner record. */
export function ownerPublication(base: string, record: string): Publication {
  return { topic: mqttNames.owner(base), payload: record, options: retained }
}

function topicOf(base: string, what: Extract<Subject, { kind: 'tag' | 'health' }>): string {
  return what.kind === 'tag' ? mqttNames.tag(base, what.plc, what.tag) : mqttNames.health(base, what.plc)
}

/** Bytes of a PUBLISH around topic and payload, at most: header, length, packet id, properties. */
const overheadBytes = 32

/**
 * Why a message must not be sent; '' where it may. A broker answers these by closing the connection, and the message
 * would close it again after every reconnect.
 */
export function unpublishable(topic: string, payload: string, maxPacketBytes: number): string {
  // Wildcards (MQTT 5 §3.3.2.1) and control characters (§1.5.4).
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (topic === '' || /[+#\u0000-\u001f\u007f-\u009f]/.test(topic)) {
    return `topic ${JSON.stringify(topic)} has wildcards or control characters in it. Give the tag an alias`
  }
  if (topic.length > 21_845 && Buffer.byteLength(topic) > 65_535) return 'the topic is longer than 65535 bytes'
  // Three bytes a UTF-16 unit is the most: only what might be too long is counted.
  if ((topic.length + payload.length) * 3 + overheadBytes <= maxPacketBytes) return ''
  const bytes = Buffer.byteLength(topic) + Buffer.byteLength(payload) + overheadBytes
  return bytes <= maxPacketBytes
    ? ''
    : `the message on ${topic} has ${bytes} bytes, the broker takes ${maxPacketBytes}. Raise the broker's limit or publish members of the tag`
}
