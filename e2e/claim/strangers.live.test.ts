/**
 * Programs without any presence record on our base: the running gateway finds those that act as it, within 15 s; who only
 * listens, or publishes beside it, blocks nothing. A second BLPOP that never answers is seen by the isolation run alone.
 */
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { connectAsync } from 'mqtt'
import { describe, expect, it } from 'vitest'
import { askGateway } from '#main/commands/ask-gateway'
import { builtCli, liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import type { Service } from '#shared/broker'
import { kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { until } from '../line/tools.ts'
import { warlink } from '../line/warlink.ts'
import { type Contender, createContender } from './contender.ts'

builtCli()
const foundMs = 15_000
/** The older products speak so often. */
const oldGatewayMs = 10_000

/** A plain program on one broker that is no gateway of ours. */
interface Program {
  health(plc: string): Promise<void>
  /** An answer to a request that it took. */
  answer(plc: string): Promise<void>
  /** Listens to everything under the base, as a monitor does. */
  listen(): Promise<void>
  /** A request as a sender sends it. */
  request(value: number): Promise<void>
  end(): Promise<void>
}

liveDescribe('mosquitto', 'programs without presence', (mosquitto) =>
  liveDescribe('redis', 'under the base', (redis) =>
    liveDescribe('kafka', 'of a running gateway', (kafka) => {
      const open: Record<Service, (namespace: string) => Promise<Program>> = {
        mqtt: (namespace) => onMqtt(namespace, mosquitto.port),
        valkey: (namespace) => onValkey(namespace, redis.port),
        kafka: (namespace) => onKafka(namespace, kafka.port),
      }
      const ports = { mqtt: mosquitto.port, valkey: redis.port, kafka: kafka.port }

      describe.concurrent('each broker alone', () => {
        it.each(['mqtt', 'valkey', 'kafka'] as const)(
          'on %s: a guest is told, who acts as the gateway is found and blocks writes',
          async (service) => {
            const namespace = uniqueNamespace('stranger')
            const site = await createContender({
              namespace,
              site: 'ours',
              ports: { [service]: ports[service] },
              heldBefore: true,
            })
            site.start()
            await site.state('held')
            const program = await open[service](namespace)
            try {
              await guest(site, program)
              await executes(site, program, 1)
              await found(site, () => program.health('Main PLC'), 'foreign-health')
              await program.request(2)
              await clear(site)
              await executes(site, program, 3)
              // It came before the third and was not executed.
              expect(site.plc.writeLog.map(({ value }) => Number(value))).not.toContain(2)
              await found(site, () => program.answer('Main PLC'), 'foreign-response')
              await clear(site)
              // An older gateway: it speaks for the first time a whole turn after it began.
              const speaking = setInterval(() => void program.health('Main PLC'), oldGatewayMs)
              await found(site, async () => {}, 'foreign-health').finally(() => clearInterval(speaking))
              await clear(site)
              await executes(site, program, 4)
            } finally {
              await program.end()
              await site.remove()
            }
          },
          150_000,
        )

        it('on kafka: a consumer in the group of our gateway is found while it is there, and named', async () => {
          const namespace = uniqueNamespace('stranger')
          const site = await createContender({
            namespace,
            site: 'ours',
            ports: { kafka: ports.kafka },
            heldBefore: true,
          })
          site.start()
          await site.state('held')
          await until(() => site.log().some((line) => line.includes('write requests are taken in')), 'intake')
          const client = clientOf(ports.kafka, 'someone-else')
          const consumer = client.consumer({ groupId: kafkaNames.writersGroup(namespace), sessionTimeout: 10_000 })
          const program = await onKafka(namespace, ports.kafka)
          try {
            const status = await found(
              site,
              async () => {
                await consumer.connect()
                await consumer.subscribe({ topics: [kafkaNames.writes(namespace)] })
                await consumer.run({ eachMessage: async () => {} })
              },
              'rival-holder',
            )
            expect(JSON.stringify(status.gateway)).toContain('someone-else')
            const verified = warlink('verify', '--config', site.configPath, '--checks', '2')
            expect(await verified.code, verified.lines.join('\n')).toBe(1)
            expect(verified.lines.join('\n')).toMatch(/^ 2 {2}.*FAIL[\s\S]*someone-else/m)
            await program.request(1)
            await consumer.disconnect()
            await site.state('held')
            expect(site.plc.writeLog).toEqual([])
            await executes(site, program, 2)
          } finally {
            await consumer.disconnect()
            await program.end()
            await site.remove()
          }
        }, 150_000)
      })
    }),
  ),
)

/** Listens to all, and publishes health of a PLC that is not ours: told as a guest, and nothing is blocked. */
async function guest(site: Contender, program: Program) {
  await program.listen()
  await program.health('Optimiser')
  const listed = async () => {
    const heard = (await site.claim())?.entries.flatMap((entry) => entry.heard) ?? []
    return heard.some(({ kind, preview }) => kind === 'guest' && preview.includes('Optimiser'))
  }
  await until(listed, 'the guest is listed', foundMs, 250)
  expect((await site.claim())?.gateway.kind).toBe('held')
}

async function found(site: Contender, act: () => Promise<void>, reason: string) {
  const begun = Date.now()
  await act()
  const status = await site.state('contested', foundMs)
  expect(Date.now() - begun).toBeLessThanOrEqual(foundMs)
  expect(status.gateway).toMatchObject({ kind: 'contested', reason })
  await until(() => site.log().some((line) => line.includes('contested: ')), 'it stands in the log')
  return status
}

async function clear(site: Contender) {
  const asked = await askGateway({ config: site.configPath }, (client) => client.call('isolation.clearContested', {}))
  expect(asked).toEqual({ ok: true, answer: { ok: true } })
  await site.state('held')
}

/** As many as it takes: a sender whose request came while the intake was being opened sends it again. */
async function executes({ plc }: Contender, program: Program, value: number) {
  const done = () => plc.writeLog.some((write) => Number(write.value) === value)
  const sending = setInterval(() => void program.request(value), 1_000)
  await until(done, `request ${value} executed`).finally(() => clearInterval(sending))
}

const message = (head: object, plc: string, more: object) =>
  JSON.stringify({ ...head, plc, ...more, timestamp: new Date().toISOString() })
const healthFields = { driver: 'logix', online: true, status: 'connected' }
const answerFields = { tag: 'Test_DINT', value: 1, success: true }
const requestOf = (value: number) => ({ tag: 'Test_DINT', value })

async function onMqtt(namespace: string, port: number): Promise<Program> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`)
  const head = { topic: namespace }
  const send = async (topic: string, text: string, retain = false) => {
    await client.publishAsync(topic, text, { qos: 1, retain })
  }
  return {
    health: (plc) => send(mqttNames.health(namespace, plc), message(head, plc, healthFields), true),
    answer: (plc) => send(`${mqttNames.write(namespace, plc)}/response`, message(head, plc, answerFields)),
    listen: async () => void (await client.subscribeAsync(`${namespace}/#`, { qos: 1 })),
    request: (value) => send(mqttNames.write(namespace, 'Main PLC'), message(head, 'Main PLC', requestOf(value))),
    end: () => client.endAsync(true),
  }
}

async function onValkey(namespace: string, port: number): Promise<Program> {
  const client = new Redis(port, '127.0.0.1')
  const subscriber = new Redis(port, '127.0.0.1')
  const head = { factory: namespace }
  return {
    health: async (plc) => {
      const text = message(head, plc, healthFields)
      await client.set(valkeyNames.health(namespace, plc), text)
      await client.publish(valkeyNames.health(namespace, plc), text)
    },
    answer: async (plc) => {
      await client.publish(valkeyNames.responses(namespace), message(head, plc, answerFields))
    },
    listen: async () => void (await subscriber.psubscribe(`${namespace}:*`)),
    request: async (value) => {
      await client.rpush(valkeyNames.writes(namespace), message(head, 'Main PLC', requestOf(value)))
    },
    end: async () => {
      client.disconnect()
      subscriber.disconnect()
    },
  }
}

async function onKafka(namespace: string, port: number): Promise<Program> {
  const client = clientOf(port, 'some-script')
  const producer = client.producer({ allowAutoTopicCreation: false })
  const monitor = client.consumer({ groupId: `monitor-${namespace}` })
  await producer.connect()
  const send = async (topic: string, key: string, value: string) => {
    await producer.send({ topic, messages: [{ key, value }], acks: -1 })
  }
  return {
    health: (plc) => send(kafkaNames.health(namespace), plc, message({}, plc, healthFields)),
    answer: (plc) => send(kafkaNames.responses(namespace), `${plc}.Test_DINT`, message({}, plc, answerFields)),
    listen: async () => {
      await monitor.connect()
      await monitor.subscribe({ topics: [kafkaNames.writes(namespace), kafkaNames.health(namespace)] })
      await monitor.run({ eachMessage: async () => {} })
    },
    request: (value) =>
      send(kafkaNames.writes(namespace), 'Main PLC.Test_DINT', message({}, 'Main PLC', requestOf(value))),
    end: async () => {
      await Promise.allSettled([producer.disconnect(), monitor.disconnect()])
    },
  }
}

function clientOf(port: number, clientId: string): Kafka {
  return new Kafka({ clientId, brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING })
}
