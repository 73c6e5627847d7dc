/** Names that differ and meet all the same on Kafka: refused in one file; two gateways find each other by the base. */
import { expect, it } from 'vitest'
import { builtCli, liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { configFolder } from '../line/gateway-process.ts'
import { run, until } from '../line/tools.ts'
import { createContender } from './contender.ts'
import { sendRequests } from './requests.ts'
import { connectSenders } from './senders.ts'

const cli = builtCli()

const file = (namespace: string, ...entries: string[]) => `namespace: ${namespace}
plcs:
  - {name: Main PLC, address: 127.0.0.1, tags: [{name: Test_DINT, writable: true}]}
kafka:
${entries.map((entry, index) => `  - {name: K${index}, brokers: ["127.0.0.1:9092"]${entry}}`).join('\n')}
`

it.each([
  ['the same base twice', file('factory', ', selector: a', ', selector: a'), 'both have the base "factory-a"'],
  ['a namespace that is a write topic', file('x-writes', ''), '"x-writes" ends in "-writes"'],
  ['a selector that is a word of the protocol', file('x', ', selector: writes'), '"writes" is a word of the protocol'],
  ['a base that is a write topic', file('x', ', selector: y-writes'), '"y-writes" ends in "-writes"'],
  ['topics that differ in . and _ only', file('x', ', selector: a.b', ', selector: a_b'), 'differ only in "." and "_"'],
])('%s in one file is refused by warlink check', async (_, text, says) => {
  const folder = await configFolder(text)
  try {
    const told = await run('node', [cli, 'check', '--config', folder.path]).then(
      (output) => `accepted: ${output}`,
      (error: unknown) => String(error),
    )
    expect(told).not.toMatch(/^accepted/)
    expect(told).toContain(says)
  } finally {
    await folder.remove()
  }
})

liveDescribe('mosquitto', 'namespace with a selector, and the namespace of that name', (mosquitto) =>
  liveDescribe('redis', 'on one cluster', (redis) =>
    liveDescribe('kafka', 'in two gateways', (kafka) => {
      it('are told from each other: one writes, the other stands by and names it', async () => {
        const senders = await connectSenders({ mqtt: mosquitto.port, valkey: redis.port, kafka: kafka.port })
        const ports = { mqtt: mosquitto.port, kafka: kafka.port }
        const namespace = uniqueNamespace('factory')
        const base = `${namespace}-a`
        await senders.prepare(base, ['kafka'])
        const first = await createContender({
          namespace,
          site: 'first',
          ports,
          heldBefore: true,
          more: { kafka: 'selector: a' },
        })
        const second = await createContender({
          namespace: base,
          site: 'second',
          ports,
        })
        const requests = sendRequests(senders, base, ['kafka'])
        try {
          first.start()
          await first.state('held')
          await until(() => first.plc.writeLog.length > 3, 'writes of the first', 40_000)
          second.start()
          const standby = await second.state('standby')
          expect(standby.gateway).toMatchObject({ kind: 'standby', reason: 'live-holder' })
          expect(await second.words()).toMatch(
            new RegExp(`^standby: client warlink-${base}-[0-9a-f-]+ .*holds namespace ${base}\\.`),
          )
          const before = first.plc.writeLog.length
          await until(() => first.plc.writeLog.length > before + 3, 'the first goes on')
          expect(second.plc.writeLog).toEqual([])
          // Its own requests on MQTT, where nobody else is, are not executed either: the claim is the gateway's.
          const own = JSON.stringify({ topic: base, plc: 'Main PLC', tag: 'Test_DINT', value: 1 })
          await senders.send('mqtt', base, own)
          const later = first.plc.writeLog.length
          await until(() => first.plc.writeLog.length > later + 3, 'the first goes on')
          expect(second.plc.writeLog).toEqual([])
        } finally {
          await requests.stop()
          await first.remove()
          await second.remove()
          await senders.close()
        }
      }, 120_000)
    }),
  ),
)
