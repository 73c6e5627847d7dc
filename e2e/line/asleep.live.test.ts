/**
 * A gateway that stood still for longer than `write_max_age` (suspended, stopped) while its broker held the connection:
 * nothing that waited meanwhile is executed, in the socket or at the broker, and each request is answered.
 */
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guideProgram, type Simulator, startSimulator } from '#main/plcs/simulator/index'
import { builtCli, liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { mqttNames } from '#shared/names/build'
import { createSite, type Site } from './site.ts'
import { until } from './tools.ts'

builtCli()

/** Longer than `write_max_age` (2 s), shorter than the life of a claim (10 s) and than the broker waits (15 s). */
const asleepMs = 3_500
/** More than a broker has on its way to one client (mosquitto: 20; the gateway asks for 100): some wait at the broker. */
const waiting = 130

liveDescribe('mosquitto', 'a gateway that stood still', ({ port }) =>
  describe.each([
    ['with a claim', ''],
    ['without one', ', claim: off'],
  ])('%s', (_, more) => {
    const namespace = uniqueNamespace('asleep')
    const topic = mqttNames.write(namespace, 'Main PLC')
    const answers = new Map<string, { success: boolean; error?: string; skipped?: boolean }>()
    let plc: Simulator
    let site: Site
    let client: MqttClient

    const send = (value: number) =>
      client.publishAsync(
        topic,
        JSON.stringify({ topic: namespace, plc: 'Main PLC', tag: 'Test_DINT', value, request_id: `r${value}` }),
        { qos: 1 },
      )
    const written = () => plc.writeLog.map(({ value }) => Number(value))

    beforeAll(async () => {
      plc = await startSimulator({ program: guideProgram() })
      const config = `namespace: ${namespace}
plcs:
  - {name: Main PLC, address: "127.0.0.1:${plc.port}", tags: [{name: Test_DINT, writable: true}]}
mqtt:
  - {name: Central, broker: "127.0.0.1:${port}"${more}}
`
      site = await createSite(config, ['mqtt'])
      client = await connectAsync(`mqtt://127.0.0.1:${port}`)
      client.on('message', (_topic, payload) => {
        const answer = JSON.parse(payload.toString())
        answers.set(answer.request_id, answer)
      })
      await client.subscribeAsync(`${namespace}/+/write/response`, { qos: 1 })
      await site.start()
    })

    afterAll(async () => {
      await client?.endAsync(true)
      await site?.remove()
      await plc?.close()
    })

    it('executes nothing that waited meanwhile, answers all of it, and executes what comes then', async () => {
      await send(1)
      await until(() => answers.get('r1')?.success === true, 'a write before')
      const { gateway } = site
      gateway.signal('SIGSTOP')
      const from = performance.now()
      for (let value = 2; value < 2 + waiting; value++) await send(value)
      await until(() => performance.now() - from > asleepMs, 'the sleep')
      gateway.signal('SIGCONT')
      await until(() => answers.size === 1 + waiting, `${waiting} answers`)
      expect(written()).toEqual([1])
      for (let value = 2; value < 2 + waiting; value++) {
        expect(answers.get(`r${value}`)).toMatchObject({
          success: false,
          skipped: true,
          error: 'request expired (age: unknown, max: 2s)',
        })
      }
      let value = 1_000
      await until(async () => {
        await send(++value)
        await until(() => answers.has(`r${value}`), `an answer to ${value}`)
        return answers.get(`r${value}`)?.success === true
      }, 'a write after it')
      expect(written()).toEqual([1, value])
    }, 60_000)
  }),
)
