import type { MqttClient } from 'mqtt'
import type { Subject } from '#main/bridges/bridge'
import type { BridgeFixture, Seen } from '#main/bridges/bridge.contract'
import { createMqttBridge } from './bridge.ts'
import { context, entryFor, outsideClient } from './test-brokers.ts'

/** Fixture of the contract for any MQTT broker on `port` that `cut` and `restore` can act on. */
export function mqttFixture(broker: {
  readonly port: number
  readonly protocolVersion: 4 | 5
  cut(): Promise<void>
  restore(): Promise<void>
  stop(): Promise<void>
}): BridgeFixture {
  const { port, protocolVersion } = broker
  const outside = () => outsideClient(port, { protocolVersion })

  return {
    service: 'mqtt',
    bridge: (namespace, selector) =>
      createMqttBridge(entryFor(port, selector === undefined ? {} : { selector }), context(namespace)),
    addressOf: mqttAddress,
    watch: async (base) => {
      const client = await outside()
      const seen: Seen[] = []
      client.on('message', (address, payload) => seen.push({ address, payload: payload.toString() }))
      await client.subscribeAsync(`${base}/#`, { qos: 1 })
      return { seen: () => seen, stop: () => client.endAsync(true) }
    },
    stored: async (base, subject) => using(await outside(), (client) => retainedOn(client, mqttAddress(base, subject))),
    send: async (base, plc, payload) =>
      using(await outside(), async (client) => {
        await client.publishAsync(`${base}/${plc}/write`, payload, { qos: 1 })
      }),
    requestAddress: (base, plc) => ({ address: `${base}/${plc}/write`, replyTo: `${base}/${plc}/write/response` }),
    cut: broker.cut,
    restore: broker.restore,
    whileClosed: 'dropped',
    whenTakeFails: 'lost',
    stop: broker.stop,
  }
}

async function using<T>(client: MqttClient, use: (client: MqttClient) => Promise<T>): Promise<T> {
  try {
    return await use(client)
  } finally {
    await client.endAsync(true)
  }
}

/** What is retained on a topic: it comes before the message that is published after the subscription. */
async function retainedOn(client: MqttClient, topic: string): Promise<string | undefined> {
  const end = `end/${Math.random()}`
  let found: string | undefined
  const done = new Promise<void>((resolve) => {
    client.on('message', (address, payload) => {
      if (address === topic) found = payload.toString()
      if (address === end) resolve()
    })
  })
  await client.subscribeAsync([topic, end], { qos: 1 })
  await client.publishAsync(end, 'end', { qos: 1 })
  await done
  return found
}

export function mqttAddress(base: string, subject: Subject): string {
  if (subject.kind === 'tag') return `${base}/${subject.plc}/tags/${subject.tag}`
  if (subject.kind === 'health') return `${base}/${subject.plc}/health`
  if (subject.kind === 'response') return subject.to
  throw new Error(`no address for ${subject.kind}`)
}
