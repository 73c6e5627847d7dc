/**
 * Two sites with a PLC of one name on the same brokers, under a mixed load: whatever is asked of one, malformed and
 * foreign requests among it, is answered once, and never reaches the other.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guideProgram, type Simulator, startSimulator } from '#main/plcs/simulator/index'
import { builtCli, liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { random as numbers } from '#scripts/fuzz/config-mutations'
import type { Service } from '#shared/broker'
import { type Ports, siteConfig } from '../site-file.ts'
import { type Answer, type Clients, connectClients, createSite, type Site } from './site.ts'
import { until } from './tools.ts'

builtCli()

const services = ['mqtt', 'valkey', 'kafka'] as const
/** One tag a broker, so that the order of each broker's requests can be read off the PLC. */
const tagOf = { mqtt: 'Test_DINT', valkey: 'Test_LINT', kafka: 'Test_UDINT' } as const
const tags = `[${Object.values(tagOf)
  .map((name) => `{name: ${name}, writable: true}`)
  .join(', ')}, {name: Test_INT}]`
/** Time enough for a slow machine: what is measured here is what happens, not how fast. */
const patience = 'write_max_age: 1m\nwrite_timeout: 30s'

interface Factory {
  readonly namespace: string
  readonly plc: Simulator
  readonly site: Site
}

liveDescribe('mosquitto', 'two sites', (mosquitto) =>
  liveDescribe('redis', 'on the same brokers', (redis) =>
    liveDescribe('kafka', 'under a mixed load', (kafka) => {
      const ports: Ports = { mosquitto: mosquitto.port, redis: redis.port, kafka: kafka.port }
      const factories: Factory[] = []
      let clients: Clients

      const written = (of: Factory, tag: string) =>
        of.plc.writeLog.filter(({ address }) => address === tag).map(({ value }) => Number(value))
      const writes = () => factories.map(({ plc }) => plc.writeLog.length)
      const answersFor = (service: Service, { namespace }: Factory) =>
        clients.answers.filter((answer) => answer.service === service && answer.namespace === namespace)
      const head = (service: Service, namespace: string) =>
        ({ mqtt: { topic: namespace }, valkey: { factory: namespace }, kafka: {} })[service]

      beforeAll(async () => {
        for (const name of ['one', 'two']) {
          const namespace = uniqueNamespace(`mixed-${name}`)
          const plc = await startSimulator({ program: guideProgram() })
          factories.push({
            namespace,
            plc,
            site: await createSite(siteConfig(namespace, plc.port, ports, tags, patience)),
          })
        }
        clients = await connectClients(
          ports,
          factories.map(({ namespace }) => namespace),
        )
        await Promise.all(factories.map(({ site }) => site.start()))
      }, 90_000)

      afterAll(async () => {
        await clients?.close()
        for (const { site, plc } of factories) {
          await site.remove()
          await plc.close()
        }
      })

      describe.each(services)('a request through %s with a namespace that is not the own one', (service) => {
        const field = { mqtt: 'topic', valkey: 'factory', kafka: 'namespace' }[service]
        const wrong = (own: string, other: string): readonly (readonly [string, Record<string, unknown>])[] => [
          ['another site', { [field]: other }],
          ['nobody', { [field]: 'no-such-site' }],
          ['another case', { [field]: own.toUpperCase() }],
          ['a beginning', { [field]: own.slice(0, -1) }],
          ['a continuation', { [field]: `${own}2` }],
          ['space around', { [field]: ` ${own} ` }],
          ['nothing', { [field]: '' }],
          // Kafka has the namespace in the topic; the field may be left out there.
          ...(service === 'kafka' ? [] : [['a missing field', {}] as const]),
        ]

        it('is refused with the fixed text, and no PLC is changed', async () => {
          const before = writes()
          for (const [a, b] of [factories, factories.toReversed()] as [Factory, Factory][]) {
            for (const [what, fields] of wrong(a.namespace, b.namespace)) {
              const id = `${service}-${a.namespace}-${what}`
              const request = { ...fields, plc: 'Main PLC', tag: tagOf[service], value: 666, request_id: id }
              await clients.send(service, a.namespace, JSON.stringify(request))
              const answer = await clients.answer(id)
              expect(answer, what).toMatchObject({ service, namespace: a.namespace, success: false })
              expect(answer.error, what).toMatch(new RegExp(`^namespace mismatch: expected ${a.namespace}, got `, 'u'))
            }
          }
          expect(writes()).toEqual(before)
        })

        it('is refused as unreadable where the field is no text', async () => {
          const [a] = factories as [Factory]
          const before = writes()
          const request = { [field]: 7, plc: 'Main PLC', tag: tagOf[service], value: 666, request_id: `${service}-7` }
          await clients.send(service, a.namespace, JSON.stringify(request))
          expect((await clients.answer(`${service}-7`)).error).toBe(`invalid request: "${field}" is not a string`)
          expect(writes()).toEqual(before)
        })

        it('is refused on its way back, too: what is meant for one does not open the other', async () => {
          const [a, b] = factories as [Factory, Factory]
          const before = writes()
          const id = `${service}-swapped`
          // Addressed to B, and means A: B refuses, A never hears of it.
          const request = { [field]: a.namespace, plc: 'Main PLC', tag: tagOf[service], value: 667, request_id: id }
          await clients.send(service, b.namespace, JSON.stringify(request))
          expect(await clients.answer(id)).toMatchObject({
            namespace: b.namespace,
            success: false,
            error: `namespace mismatch: expected ${b.namespace}, got ${a.namespace}`,
          })
          expect(writes()).toEqual(before)
        })
      })

      it('on Kafka a namespace header of another site is refused as well', async () => {
        const [a, b] = factories as [Factory, Factory]
        const before = writes()
        const request = { plc: 'Main PLC', tag: tagOf.kafka, value: 668, request_id: 'header' }
        await clients.send('kafka', a.namespace, JSON.stringify(request), { headers: { namespace: b.namespace } })
        expect(await clients.answer('header')).toMatchObject({
          success: false,
          error: `namespace mismatch: expected ${a.namespace}, got ${b.namespace}`,
        })
        expect(writes()).toEqual(before)
      })

      it('a thousand requests, one in ten malformed or foreign: each answered once, each PLC as its own asked', async () => {
        const random = numbers(20_261_125)
        const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
        const wanted = new Map<string, number[]>()
        const sent = new Map<string, number>()
        const answeredBefore = new Map<string, number>()
        const key = (service: Service, of: Factory) => `${service} ${of.namespace}`
        for (const of of factories)
          for (const service of services) {
            wanted.set(key(service, of), [])
            sent.set(key(service, of), 0)
            answeredBefore.set(key(service, of), answersFor(service, of).length)
          }
        const logBefore = new Map(factories.map((of) => [of.namespace, of.plc.writeLog.length]))
        const answered = () =>
          factories.reduce(
            (sum, of) =>
              services.reduce(
                (all, service) => all + answersFor(service, of).length - (answeredBefore.get(key(service, of)) ?? 0),
                sum,
              ),
            0,
          )

        const bad = (service: Service, own: Factory, other: Factory, n: number): string => {
          const tag = tagOf[service]
          const plc = 'Main PLC'
          const good = { ...head(service, own.namespace), plc, tag, value: n, request_id: `m${n}` }
          return pick([
            () => '{"plc":',
            () => JSON.stringify([good]),
            () => JSON.stringify({ ...good, plc: 7 }),
            () => JSON.stringify({ ...good, value: undefined }),
            () => JSON.stringify({ ...good, value: 7.5 }),
            () => JSON.stringify({ ...good, value: 'abc' }),
            () => JSON.stringify({ ...good, value: 2 ** 70 }),
            () => JSON.stringify({ ...good, tag: 'Test_INT' }),
            () => JSON.stringify({ ...good, tag: 'Nobody' }),
            () => JSON.stringify({ ...good, ...head(service, other.namespace), namespace: other.namespace }),
            () => JSON.stringify({ ...good, type: 'DINT', writable: true }),
          ])()
        }

        const total = 1_000
        for (let n = 1; n <= total; n++) {
          const of = pick(factories)
          const other = factories.find((candidate) => candidate !== of) as Factory
          const service = pick(services)
          const malformed = random() < 0.1
          const payload = malformed
            ? bad(service, of, other, n)
            : JSON.stringify({
                ...head(service, of.namespace),
                plc: 'Main PLC',
                tag: tagOf[service],
                value: n,
                request_id: `m${n}`,
              })
          if (!malformed) wanted.get(key(service, of))?.push(n)
          sent.set(key(service, of), (sent.get(key(service, of)) ?? 0) + 1)
          await clients.send(service, of.namespace, payload)
          // As many under way as a PLC's queue has room for, and fewer.
          await until(() => n - answered() < 60, `answers to the first ${n}`, 30_000)
        }
        await until(() => answered() >= total, 'every answer', 60_000)
        // A request more on each broker: what was too many would have come before its answer.
        for (const of of factories)
          for (const service of services) {
            const id = `last-${service}-${of.namespace}`
            const request = { ...head(service, of.namespace), plc: 'Main PLC', tag: 'Nobody', value: 0, request_id: id }
            await clients.send(service, of.namespace, JSON.stringify(request))
            await clients.answer(id)
            sent.set(key(service, of), (sent.get(key(service, of)) ?? 0) + 1)
          }

        for (const of of factories) {
          for (const service of services) {
            const answers = answersFor(service, of).slice(answeredBefore.get(key(service, of)))
            expect(answers.length, key(service, of)).toBe(sent.get(key(service, of)))
            const done = answers.filter(({ success }) => success).map(({ value }) => Number(value))
            expect(done, key(service, of)).toEqual(wanted.get(key(service, of)))
            expect(written(of, tagOf[service]), `what ${of.namespace} got through ${service}`).toEqual(
              wanted.get(key(service, of)),
            )
          }
          const all = of.plc.writeLog.length - (logBefore.get(of.namespace) ?? 0)
          expect(all).toBe(services.reduce((sum, service) => sum + (wanted.get(key(service, of))?.length ?? 0), 0))
        }
        const ids = clients.answers.flatMap(({ request_id }: Answer) =>
          request_id?.startsWith('m') ? [request_id] : [],
        )
        expect(new Set(ids).size).toBe(ids.length)
      }, 180_000)
    }),
  ),
)
