/** A gateway that is killed, ended and started twice: nothing is executed again, every accepted request has its answer. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { guideProgram, type Simulator, startSimulator } from '#main/plcs/simulator/index'
import type { AcceptedLine } from '#main/writeback/journal-lines'
import { builtCli, liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { type Ports, siteConfig } from '../site-file.ts'
import { type Clients, connectClients, createSite, type Site } from './site.ts'
import { run, until } from './tools.ts'

const cli = builtCli()
const services = ['mqtt', 'valkey', 'kafka'] as const
const tags = '[{name: Test_DINT, writable: true}, {name: Test_LINT, writable: true}]'

liveDescribe('mosquitto', 'a gateway that ends', (mosquitto) =>
  liveDescribe('redis', 'and starts again', (redis) =>
    liveDescribe('kafka', 'on real brokers', (kafka) => {
      const ports: Ports = { mosquitto: mosquitto.port, redis: redis.port, kafka: kafka.port }
      const namespace = uniqueNamespace('crash')
      let plc: Simulator
      let clients: Clients
      let site: Site
      let sent = 0

      const request = (value: number, more: object = {}) =>
        JSON.stringify({
          topic: namespace,
          factory: namespace,
          plc: 'Main PLC',
          tag: 'Test_DINT',
          value,
          request_id: `r${value}`,
          ...more,
        })
      /** Values that the PLC was given, each at most once where nothing is executed twice. */
      const written = () => plc.writeLog.map(({ value }) => Number(value))
      const answersTo = (value: number) => clients.answers.filter(({ request_id }) => request_id === `r${value}`)
      const accepted = async () =>
        (await site.journal()).filter((line): line is AcceptedLine => line.line === 'accepted')

      beforeAll(async () => {
        plc = await startSimulator({ program: guideProgram() })
        site = await createSite(siteConfig(namespace, plc.port, ports, tags))
        clients = await connectClients(ports, [namespace])
        await site.start()
      })

      afterAll(async () => {
        await clients.close()
        await site.remove()
        await plc.close()
      })

      it.each([1, 2, 3])(
        'killed in the middle of writes (round %i): nothing twice, every accepted request answered',
        async (round) => {
          plc.faults.packetTimeMs = 15 * round
          const first = sent + 1
          const sending = new AbortController()
          const stream = (async () => {
            while (!sending.signal.aborted) {
              const value = ++sent
              await clients.send(services[value % 3] ?? 'mqtt', namespace, request(value))
            }
          })()
          await until(() => written().filter((value) => value >= first).length >= 5 * round, 'some writes executed')
          await site.gateway.kill()
          const killedAt = sent
          await until(() => sent >= killedAt + 30, 'requests while nobody is there')
          sending.abort()
          await stream
          plc.faults.packetTimeMs = 0
          await site.start()
          // A request after all the others, on each broker: when it is answered, those before it are.
          for (const service of services) {
            const value = ++sent
            await clients.send(service, namespace, request(value, { timestamp: new Date().toISOString() }))
            expect(await clients.answer(`r${value}`)).toMatchObject({ success: true })
          }
          const values = written()
          expect(new Set(values).size).toBe(values.length)
          for (const { requestId } of await accepted()) await clients.answer(requestId ?? '')
          const outcomes = clients.answers.filter(({ request_id }) => Number(request_id?.slice(1)) >= first)
          for (const { value, success, error } of outcomes) {
            if (success) expect(values).toContain(value)
            else if (values.includes(Number(value))) {
              // Sent, and cut off before its outcome was known.
              expect(error).toMatch(/^(interrupted by restart: outcome unknown|write timeout: outcome unknown)/)
            }
          }
          // Twice only where the end came between the answer and its line in the journal; then word for word alike.
          for (let value = first; value <= sent; value++) {
            const texts = answersTo(value).map(({ text }) => text.replace(/"timestamp":"[^"]*"/, ''))
            expect(new Set(texts).size, `r${value}: ${texts.join(' | ')}`).toBeLessThanOrEqual(1)
          }
          // What came through MQTT while nobody was there was never delivered.
          const known = new Set((await accepted()).map(({ requestId }) => requestId))
          for (const { request_id } of outcomes) expect(known).toContain(request_id)
        },
        60_000,
      )

      it('does not execute what waited while it was off, and says so', async () => {
        await site.gateway.end()
        const before = written().length
        const waiting = sent + 1
        sent += 4
        await clients.send('valkey', namespace, request(waiting))
        await clients.send('kafka', namespace, request(waiting + 1), { timestamp: Date.now() - 10_000 })
        await clients.send('mqtt', namespace, request(waiting + 2))
        await clients.send('mqtt', namespace, request(waiting + 3), { retain: true })
        await site.start()
        expect(await clients.answer(`r${waiting}`)).toMatchObject({
          success: false,
          skipped: true,
          error: 'request expired (age: unknown, max: 2s)',
        })
        const old = await clients.answer(`r${waiting + 1}`)
        expect(old).toMatchObject({ success: false, skipped: true })
        expect(old.error).toMatch(/^request expired \(age: 1\d(\.\d)?s, max: 2s\)$/)
        const value = ++sent
        await clients.send('mqtt', namespace, request(value))
        expect(await clients.answer(`r${value}`)).toMatchObject({ success: true })
        expect(written().slice(before)).toEqual([value])
        expect(answersTo(waiting + 2)).toEqual([])
        // With MQTT 5 the stored request is not handed out at subscribe at all.
        expect(answersTo(waiting + 3)).toEqual([])
        await clients.mqtt.publishAsync(`${namespace}/Main PLC/write`, '', { retain: true, qos: 1 })
        expect(await clients.redis.keys(`${namespace}:_gw:stale:*`)).toEqual([])
      })

      it('is alone on its file, and tells how it is doing', async () => {
        const second = await run('node', [cli, '--config', site.configPath]).catch((error: unknown) => String(error))
        expect(second).toContain(`pid ${site.gateway.pid}`)
        const status = JSON.parse(await run('node', [cli, 'status', '--config', site.configPath, '--json'])) as {
          namespace: string
          pid: number
          plcs: { state: { kind: string } }[]
          brokers: { state: { kind: string; intake?: string } }[]
        }
        expect(status).toMatchObject({ namespace, pid: site.gateway.pid, plcs: [{ state: { kind: 'online' } }] })
        expect(status.brokers.map(({ state }) => [state.kind, state.intake])).toEqual(
          services.map(() => ['connected', 'open']),
        )
      })

      it('ends within three seconds on SIGTERM, and says so everywhere', async () => {
        const { code, ms } = await site.gateway.end()
        expect(code).toBe(0)
        expect(ms).toBeLessThan(3_000)
        const key = JSON.parse((await clients.redis.get(`${namespace}:Main PLC:health`)) ?? '{}') as object
        expect(key).toMatchObject({ online: false, status: 'disconnected' })
        const topic = await run('mosquitto_sub', [
          ...['-h', '127.0.0.1', '-p', String(ports.mosquitto), '-C', '1', '-W', '5'],
          ...['-t', `${namespace}/Main PLC/health`],
        ])
        expect(JSON.parse(topic)).toMatchObject({ online: false, status: 'disconnected' })
        const records = await run('kcat', [
          '-b',
          `127.0.0.1:${ports.kafka}`,
          '-t',
          `${namespace}.health`,
          '-C',
          '-e',
          '-q',
        ])
        expect(JSON.parse(records.trim().split('\n').at(-1) ?? '{}')).toMatchObject({ status: 'disconnected' })
      })

      it('ends at once on a second signal', async () => {
        const gateway = await site.start()
        plc.faults.mute = true
        await clients.send('mqtt', namespace, request(++sent))
        await until(
          async () => (await accepted()).some(({ requestId }) => requestId === `r${sent}`),
          'request accepted',
        )
        const begun = performance.now()
        gateway.signal('SIGINT')
        await gateway.line((line) => line.includes('SIGINT: ending'))
        const ended = gateway.end()
        expect((await ended).code).toBe(143)
        expect(performance.now() - begun).toBeLessThan(1_000)
        plc.faults.mute = false
      })
    }),
  ),
)
