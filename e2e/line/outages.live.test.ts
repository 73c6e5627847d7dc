/**
 * Each broker and the PLC fail once during traffic: soon after they are back the values are right and writes work, and at
 * no time does a value go out that the PLC never had.
 */
import { Redis } from 'ioredis'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { guideProgram, type Simulator, startSimulator } from '#main/plcs/simulator/index'
import { startKafka } from '#scripts/brokers/kafka'
import { builtCli, liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { startMosquitto } from '#scripts/brokers/mosquitto'
import { startRedis } from '#scripts/brokers/redis'
import type { Server } from '#scripts/brokers/server'
import type { Service } from '#shared/broker'
import { kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { type Ports, siteConfig } from '../site-file.ts'
import { connectClients, createSite, type Site } from './site.ts'
import { run, until } from './tools.ts'

builtCli()

/** What the issue allows from the moment the broker or the PLC is back. */
const backMs = 15_000
const tags = '[{name: Test_DINT}, {name: Test_LINT, writable: true}]'

liveDescribe('mosquitto', 'outages', () =>
  liveDescribe('redis', 'of brokers and PLC', () =>
    liveDescribe('kafka', 'during traffic', () => {
      const namespace = uniqueNamespace('outage')
      const servers = {} as Record<Service, Server>
      let ports: Ports
      let plc: Simulator
      let plcPort = 0
      let site: Site
      let written = 0
      /** Runs at the PLC: counts up, and remembers every number it had. */
      let count = 0
      let counting: NodeJS.Timeout | undefined

      const countUp = () => {
        count++
        plc.set('Test_DINT', count)
      }

      beforeAll(async () => {
        plc = await startSimulator({ program: guideProgram() })
        plcPort = plc.port
        const [mqtt, valkey, kafka] = await Promise.all([startMosquitto(), startRedis(), startKafka()])
        Object.assign(servers, { mqtt, valkey, kafka })
        ports = { mosquitto: mqtt.port, redis: valkey.port, kafka: kafka.port }
        site = await createSite(siteConfig(namespace, plcPort, ports, tags))
        await site.start()
        counting = setInterval(countUp, 200)
      }, 120_000)

      afterAll(async () => {
        clearInterval(counting)
        await site?.remove()
        await plc?.close()
        await Promise.all(Object.values(servers).map((server) => server.stop()))
      })

      /** The counter's value as a newcomer finds it at the broker. */
      const stored = async (service: Service): Promise<number> => {
        if (service === 'valkey') {
          const text = await run('redis-cli', [
            ...['-p', String(ports.redis)],
            ...['GET', valkeyNames.tag(namespace, 'Main PLC', 'Test_DINT')],
          ])
          return text.trim() === '' ? -1 : Number((JSON.parse(text) as { value: number }).value)
        }
        if (service === 'mqtt') {
          const text = await run('mosquitto_sub', [
            ...['-h', '127.0.0.1', '-p', String(ports.mosquitto), '-C', '1', '-W', '3'],
            ...['-t', mqttNames.tag(namespace, 'Main PLC', 'Test_DINT')],
          ]).catch(() => '')
          return text.trim() === '' ? -1 : Number((JSON.parse(text) as { value: number }).value)
        }
        // Traffic goes on, so that there is no end of the topic to stop at.
        const follow = `timeout 2 kcat -b 127.0.0.1:${ports.kafka} -t ${kafkaNames.tags(namespace)} -C -u -q -o -5; true`
        const text = await run('bash', ['-c', follow])
        const values = text
          .split('\n')
          .filter((line) => line.includes('"tag":"Test_DINT"'))
          .map((line) => Number((JSON.parse(line) as { value: number }).value))
        return values.at(-1) ?? -1
      }

      /** A write through the broker as a fresh client does it, repeated until it is answered with success. */
      const writes = async (service: Service, untilMs: number) => {
        const clients = await connectClients(ports, [namespace])
        try {
          let done = false
          while (!done && Date.now() < untilMs) {
            const value = ++written
            const request = {
              ...{ topic: namespace, factory: namespace, plc: 'Main PLC', tag: 'Test_LINT', value },
              ...{ request_id: `o${value}` },
            }
            await clients.send(service, namespace, JSON.stringify(request)).catch(() => {})
            const answer = await clients.answer(`o${value}`, 1_000).catch(() => undefined)
            done = answer?.success === true && Number(plc.get('Test_LINT')) === value
          }
          return done
        } finally {
          await clients.close()
        }
      }

      const comesBack = async (service: Service, backAt: number) => {
        // Only values from after the return count: what a broker kept from before proves nothing.
        const from = count
        await until(
          async () => (await stored(service)) > from,
          `${service}: new values`,
          backAt + backMs - Date.now(),
          400,
        )
        expect(await writes(service, backAt + backMs), `${service}: a write is answered`).toBe(true)
      }

      it.each([
        ['mqtt', false],
        ['valkey', false],
        ['kafka', false],
        ['mqtt', true],
        ['valkey', true],
        ['kafka', true],
      ] as const)(
        '%s killed and restarted (data lost: %s): values and writes are back in time',
        async (service, loseData) => {
          const others = (['mqtt', 'valkey', 'kafka'] as const).filter((other) => other !== service)
          await servers[service].kill()
          // The other two go on as if nothing were.
          for (const other of others) {
            const from = count
            await until(async () => (await stored(other)) > from, `${other} while ${service} is away`, 10_000, 400)
          }
          await servers[service].restart({ loseData })
          await comesBack(service, Date.now())
        },
        120_000,
      )

      it('the PLC gone and back: told as gone, then right again, and nothing wrong in between', async () => {
        const seen: { readonly value: number; readonly had: number }[] = []
        const subscriber: MqttClient = await connectAsync(`mqtt://127.0.0.1:${ports.mosquitto}`)
        const redis = new Redis(ports.redis, '127.0.0.1')
        subscriber.on('message', (_topic, payload) => {
          const { value } = JSON.parse(payload.toString()) as { value: number }
          seen.push({ value, had: count })
        })
        await subscriber.subscribeAsync(mqttNames.tag(namespace, 'Main PLC', 'Test_DINT'))
        const health = async () =>
          JSON.parse((await redis.get(valkeyNames.health(namespace, 'Main PLC'))) ?? '{}') as { online?: boolean }

        clearInterval(counting)
        await plc.close()
        await until(async () => (await health()).online === false, 'health says that the PLC is gone', 12_000)
        plc = await startSimulator({ program: guideProgram(), port: plcPort })
        const backAt = Date.now()
        counting = setInterval(countUp, 200)
        const from = count
        for (const service of ['mqtt', 'valkey', 'kafka'] as const) {
          await until(
            async () => (await stored(service)) > from,
            `${service}: new values of the PLC`,
            backAt + backMs - Date.now(),
            400,
          )
        }
        expect(await writes('mqtt', backAt + backMs)).toBe(true)
        await subscriber.endAsync(true)
        redis.disconnect()
        // Each value was one the PLC had at that moment or before; the fresh program begins at 0.
        expect(seen.length).toBeGreaterThan(0)
        for (const { value, had } of seen) expect(value).toBeLessThanOrEqual(had)
        const afterReturn = seen.map(({ value }) => value).filter((value) => value > from)
        expect(afterReturn).toEqual(afterReturn.toSorted((a, b) => a - b))
      }, 90_000)
    }),
  ),
)
