/**
 * The guide for several gateways on shared brokers, line by line: its two configurations and its commands as they are
 * written there, with the addresses replaced, on real brokers and with the tools it names.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { guideProgram } from '#main/plcs/simulator/guide-program'
import { type Simulator, startSimulator } from '#main/plcs/simulator/simulator'
import { builtCli, liveDescribe } from '#scripts/brokers/live'
import { configFolder, type GatewayProcess, startGatewayProcess } from './gateway-process.ts'
import { type Listener, listen, run, until } from './tools.ts'

const configuration = (namespace: string) => `
namespace: ${namespace}                    # <-- UNIQUE per instance

plcs:
  - name: Main PLC
    driver: logix
    address: 192.168.1.100
    tags:
      - name: Machine_Status.Clear_Fault
        writable: true

mqtt:
  - name: Central
    enabled: true
    broker: mqtt.colo.example.com

valkey:
  - name: Central
    enabled: true
    address: redis.colo.example.com:6379
    enable_writeback: true

kafka:
  - name: Central
    enabled: true
    brokers: [kafka.colo.example.com:9092]
    enable_writeback: true
`

const commands = {
  mqtt: `mosquitto_pub -h mqtt.colo.example.com \\
  -t "factory-a/Main PLC/write" \\
  -m '{"topic":"factory-a","plc":"Main PLC","tag":"Machine_Status.Clear_Fault","value":true}'`,
  valkey: `redis-cli -h redis.colo.example.com RPUSH factory-a:writes \\
  '{"factory":"factory-a","plc":"Main PLC","tag":"Machine_Status.Clear_Fault","value":true}'`,
  kafka: `echo '{"plc":"Main PLC","tag":"Machine_Status.Clear_Fault","value":true}' | \\
  kafkacat -b kafka.colo.example.com:9092 \\
  -t factory-a-writes \\
  -P -k "Main PLC.Machine_Status.Clear_Fault"`,
  allTags: 'mosquitto_sub -h mqtt.colo.example.com -t "+/+/tags/#"',
  allHealth: 'mosquitto_sub -h mqtt.colo.example.com -t "+/+/health"',
  oneFactory: 'mosquitto_sub -h mqtt.colo.example.com -t "factory-a/#"',
  allTagKeys: 'redis-cli -h redis.colo.example.com KEYS "*:tags:*"',
  oneFactoryKeys: 'redis-cli -h redis.colo.example.com KEYS "factory-a:*"',
  // kcat 1.7.1 takes a regular expression only with -G; the guide has `-t "^factory-.*$" -C`. Without a terminal kcat
  // keeps its output back: hence -u.
  allTopics: "kafkacat -b kafka.colo.example.com:9092 -u -G guide-test -X auto.offset.reset=earliest '^factory-.*$'",
  oneTopic: 'kafkacat -b kafka.colo.example.com:9092 -t factory-a -C -u',
}

const time = '"timestamp":"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"'
const tag = '"plc":"Main PLC","tag":"Machine_Status.Clear_Fault"'
const payloads = {
  value: (head: string, value: boolean) =>
    new RegExp(`^\\{${head}${tag},"value":${value},"type":"BOOL","writable":true,${time}\\}$`),
  health: (head: string) =>
    new RegExp(`^\\{${head}"plc":"Main PLC","driver":"logix","online":true,"status":"connected",${time}\\}$`),
  response: (head: string) => new RegExp(`^\\{${head}${tag},"value":true,"success":true,${time}\\}$`),
}
const topicHead = (namespace: string) => `"topic":"${namespace}",`
const factoryHead = (namespace: string) => `"factory":"${namespace}",`

builtCli()

liveDescribe('mosquitto', 'the guide', (mosquitto) =>
  liveDescribe('redis', 'on one broker of each kind', (redis) =>
    liveDescribe('kafka', 'with two factories', (kafka) => {
      const addresses = (text: string, plcPort = 0) =>
        text
          .replaceAll('192.168.1.100', `127.0.0.1:${plcPort}`)
          .replaceAll('-h mqtt.colo.example.com', `-h 127.0.0.1 -p ${mosquitto.port}`)
          .replaceAll('mqtt.colo.example.com', `127.0.0.1:${mosquitto.port}`)
          .replaceAll('-h redis.colo.example.com', `-h 127.0.0.1 -p ${redis.port}`)
          .replaceAll('redis.colo.example.com:6379', `127.0.0.1:${redis.port}`)
          .replaceAll('kafka.colo.example.com:9092', `127.0.0.1:${kafka.port}`)
          .replaceAll('kafkacat', 'kcat')
      const shell = (command: string) => run('bash', ['-c', addresses(command)])
      const follow = (command: string): Listener => {
        const listener = listen('bash', ['-c', `exec ${addresses(command)}`])
        listeners.push(listener)
        return listener
      }
      const redisText = (...args: string[]) => run('redis-cli', ['-p', String(redis.port), ...args])
      const listeners: Listener[] = []
      const folders: { remove(): Promise<void> }[] = []
      const plcs: Record<string, Simulator> = {}
      const gateways: Record<string, GatewayProcess> = {}
      const clearFault = 'Machine_Status.Clear_Fault'
      const values = () => [plcs['factory-a']?.get(clearFault), plcs['factory-b']?.get(clearFault)]

      beforeAll(async () => {
        for (const namespace of ['factory-a', 'factory-b']) {
          const plc = await startSimulator({ program: guideProgram() })
          plcs[namespace] = plc
          const folder = await configFolder(addresses(configuration(namespace), plc.port))
          folders.push(folder)
          gateways[namespace] = startGatewayProcess(folder.path, ['--log-debug=mqtt,valkey,kafka'])
        }
        for (const gateway of Object.values(gateways)) {
          for (const service of ['mqtt', 'valkey', 'kafka'])
            await gateway.line((line) => line.includes(`${service} "Central": write requests are taken in`), 40_000)
        }
      }, 60_000)

      afterAll(async () => {
        await Promise.all(listeners.map((listener) => listener.stop()))
        await Promise.all(Object.values(gateways).map((gateway) => gateway.end()))
        await Promise.all(Object.values(plcs).map((plc) => plc.close()))
        await Promise.all(folders.map((folder) => folder.remove()))
      })

      /** Runs one of the guide's write commands: the value changes at A and only there, and the answer arrives. */
      async function clearsTheFaultOfFactoryA(command: string, answers: Listener, answer: RegExp) {
        for (const plc of Object.values(plcs)) plc.set(clearFault, false)
        const before = Object.values(plcs).map((plc) => plc.writeLog.length)
        await shell(command)
        await answers.line((line) => answer.test(line))
        expect(values()).toEqual([true, false])
        expect(Object.values(plcs).map((plc) => plc.writeLog.length)).toEqual([(before[0] ?? 0) + 1, before[1]])
      }

      it('publishes on the topics of its table', async () => {
        for (const namespace of ['factory-a', 'factory-b']) {
          const topics = follow(`mosquitto_sub -h mqtt.colo.example.com -v -t "${namespace}/#"`)
          const value = await topics.line((line) =>
            line.startsWith(`${namespace}/Main PLC/tags/Machine_Status.Clear_Fault `),
          )
          expect(
            value
              .split(' ')
              .slice(2)
              .join(' ')
              .replace(/^[^{]*/, ''),
          ).toMatch(payloads.value(topicHead(namespace), false))
          const health = await topics.line(
            (line) => line.startsWith(`${namespace}/Main PLC/health `) && line.includes('"connected"'),
          )
          expect(health.replace(/^[^{]*/, '')).toMatch(payloads.health(topicHead(namespace)))
        }
      })

      it('has the keys of its table', async () => {
        for (const namespace of ['factory-a', 'factory-b']) {
          const value = await redisText('GET', `${namespace}:Main PLC:tags:${clearFault}`)
          expect(value.trim()).toMatch(payloads.value(factoryHead(namespace), false))
          const health = await redisText('GET', `${namespace}:Main PLC:health`)
          expect(health.trim()).toMatch(payloads.health(factoryHead(namespace)))
        }
      })

      it('has the topics of its table', async () => {
        for (const namespace of ['factory-a', 'factory-b']) {
          const values = await run('kcat', [
            '-b',
            `127.0.0.1:${kafka.port}`,
            '-t',
            namespace,
            '-C',
            '-e',
            '-q',
            '-f',
            '%k|%h|%s\n',
          ])
          const [key, headers, ...payload] = values.split('\n')[0]?.split('|') ?? []
          expect([key, headers]).toEqual([`Main PLC.${clearFault}`, `namespace=${namespace}`])
          expect(payload.join('|')).toMatch(payloads.value('', false))
          const health = await run('kcat', [
            '-b',
            `127.0.0.1:${kafka.port}`,
            '-t',
            `${namespace}.health`,
            '-C',
            '-e',
            '-q',
            '-f',
            '%k|%s\n',
          ])
          const connected = health.split('\n').find((line) => line.includes('"connected"')) ?? ''
          expect(connected.split('|')[0]).toBe('Main PLC')
          expect(connected.split('|')[1]).toMatch(payloads.health(''))
          const topics = await run('kcat', ['-b', `127.0.0.1:${kafka.port}`, '-L'])
          for (const topic of ['-writes', '-write-responses'])
            expect(topics).toContain(`topic "${namespace}${topic}" with 1 partitions`)
        }
      })

      it('clears the fault of factory A through MQTT', async () => {
        const answers = follow('mosquitto_sub -h mqtt.colo.example.com -t "factory-a/Main PLC/write/response"')
        const log = follow('mosquitto_sub -h mqtt.colo.example.com -v -t "factory-b/#"')
        await log.line((line) => line.startsWith('factory-b/'))
        await clearsTheFaultOfFactoryA(commands.mqtt, answers, payloads.response(topicHead('factory-a')))
        expect(log.lines.filter((line) => line.includes('/write'))).toEqual([])
      })

      it('clears the fault of factory A through Valkey', async () => {
        const answers = follow('redis-cli -h redis.colo.example.com SUBSCRIBE factory-a:write:responses')
        await answers.line((line) => line === '1')
        await clearsTheFaultOfFactoryA(commands.valkey, answers, payloads.response(factoryHead('factory-a')))
        expect((await redisText('EXISTS', 'factory-a:writes')).trim()).toBe('0')
      })

      it('clears the fault of factory A through Kafka', async () => {
        const answers = follow('kafkacat -b kafka.colo.example.com:9092 -t factory-a-write-responses -C -u -q')
        await clearsTheFaultOfFactoryA(commands.kafka, answers, payloads.response(''))
        const keys = await run('kcat', [
          '-b',
          `127.0.0.1:${kafka.port}`,
          '-t',
          'factory-a-write-responses',
          '-C',
          '-e',
          '-q',
          '-f',
          '%k\n',
        ])
        expect(keys.trim().split('\n').at(-1)).toBe(`Main PLC.${clearFault}`)
      })

      it('announces a change on the channels of the PLC and of all PLCs', async () => {
        const changes = follow(
          'redis-cli -h redis.colo.example.com SUBSCRIBE "factory-a:Main PLC:changes" factory-a:_all:changes',
        )
        await changes.line((line) => line === '2')
        // Seen by a poll first: what changes back between two polls is no change.
        plcs['factory-a']?.set(clearFault, true)
        await until(
          async () => (await redisText('GET', `factory-a:Main PLC:tags:${clearFault}`)).includes('"value":true'),
          'the value before the change',
        )
        plcs['factory-a']?.set(clearFault, false)
        await until(
          () => changes.lines.filter((line) => payloads.value(factoryHead('factory-a'), false).test(line)).length === 2,
          'change on both channels',
        )
      })

      it('shows with its monitoring commands what it says', async () => {
        const both = (listener: Listener) =>
          Promise.all(
            ['factory-a', 'factory-b'].map((namespace) =>
              listener.line((line) => line.includes(`"topic":"${namespace}"`)),
            ),
          )
        await both(follow(commands.allTags))
        await both(follow(commands.allHealth))
        const one = follow(commands.oneFactory)
        await one.line((line) => line.includes('"status"'))
        expect(one.lines.filter((line) => line.includes('factory-b'))).toEqual([])
        const keys = await shell(commands.allTagKeys)
        for (const namespace of ['factory-a', 'factory-b'])
          expect(keys).toContain(`${namespace}:Main PLC:tags:${clearFault}`)
        // Besides them stand the claim's own names (docs/isolation.md).
        const all = (await shell(commands.oneFactoryKeys)).trim().split('\n').sort()
        const own = all.filter((key) => !key.startsWith('factory-a:_gw:'))
        expect(own).toEqual(['factory-a:Main PLC:health', `factory-a:Main PLC:tags:${clearFault}`])
        const topics = follow(commands.allTopics)
        await topics.line((line) => /assigned:.*factory-a \[0\].*factory-b \[0\]/.test(line), 30_000)
        await topics.line((line) => payloads.value('', false).test(line), 30_000)
        const topic = follow(commands.oneTopic)
        await topic.line((line) => payloads.value('', false).test(line))
      }, 90_000)

      it('uses selectors as it says', async () => {
        const plc = await startSimulator({ program: guideProgram() })
        const folder = await configFolder(
          addresses(
            `namespace: factory-s\nplcs:\n  - name: Main PLC\n    address: 192.168.1.100\n    tags:\n      - name: ${clearFault}\n        writable: true\n\nmqtt:\n` +
              '  - name: Line1\n    broker: mqtt.colo.example.com\n    selector: line1           # Topics: factory-a/line1/{plc}/...\n\n' +
              '  - name: Line2\n    broker: mqtt.colo.example.com\n    selector: line2           # Topics: factory-a/line2/{plc}/...\n',
            plc.port,
          ),
        )
        const gateway = startGatewayProcess(folder.path)
        try {
          const topics = follow('mosquitto_sub -h mqtt.colo.example.com -v -t "factory-s/#"')
          for (const line of ['line1', 'line2']) {
            const value = await topics.line((text) => text.startsWith(`factory-s/${line}/Main PLC/tags/${clearFault} `))
            expect(value.replace(/^[^{]*/, '')).toMatch(payloads.value(topicHead(`factory-s/${line}`), false))
          }
          await gateway.line((text) => text.includes('mqtt "Line2": write requests are taken in'), 40_000)
          const answers = () =>
            topics.lines.filter((text) => text.startsWith('factory-s/line2/Main PLC/write/response '))
          for (const [sent, topic] of ['factory-s/line2', 'factory-s'].entries()) {
            plc.set(clearFault, false)
            const message = `{"topic":"${topic}","plc":"Main PLC","tag":"${clearFault}","value":true}`
            await shell(`mosquitto_pub -h mqtt.colo.example.com -t "factory-s/line2/Main PLC/write" -m '${message}'`)
            await until(() => answers().length > sent, `answer to a write with topic ${topic}`)
            expect(
              answers()
                .at(-1)
                ?.replace(/^[^{]*/, ''),
            ).toMatch(payloads.response(topicHead('factory-s/line2')))
            expect(plc.get(clearFault)).toBe(true)
          }
          expect(topics.lines.filter((text) => text.startsWith('factory-s/line1/Main PLC/write'))).toEqual([])
        } finally {
          await gateway.end()
          await folder.remove()
          await plc.close()
        }
      }, 90_000)
    }),
  ),
)
