/**
 * The generated access rules (`#shared/acl`) on real brokers, judged by what is delivered: they let the gateway and a
 * requester of a namespace work, and stop those of another one whose name begins alike.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hop } from '#main/bridges/requester'
import { parseConfig } from '#main/config/parse'
import { liveDescribe } from '#scripts/brokers/live'
import { aclLines } from '#shared/acl'
import type { EntryId, Service } from '#shared/broker'
import type { Config } from '#shared/config'
import { everythingUnder } from '#shared/names/build'
import { buildRequest } from '#shared/write-request'
import { type AccessBrokers, startAccessBrokers } from './test-access.ts'
import { type AccessSite, clientsAs, startAccessSite } from './test-access-site.ts'
import { until } from './test-gateway.ts'

const services = ['mqtt', 'valkey', 'kafka'] as const
const never = new AbortController().signal
const central = (service: Service): EntryId => ({ service, name: 'Central' })

liveDescribe('mosquitto', 'the generated access rules', () =>
  liveDescribe('redis', 'on real brokers', () =>
    liveDescribe('kafka', 'of all three kinds', () => {
      let brokers: AccessBrokers
      let site: AccessSite
      let ids = 0

      beforeAll(async () => {
        const users = ['plantx', 'plant'].flatMap((base) => [`${base}-gateway`, `${base}-requester`])
        brokers = await startAccessBrokers(users, { kafkaTool: true })
        for (const service of services)
          for (const base of ['plantx', 'plant'])
            for (const role of ['gateway', 'requester'] as const)
              await brokers.grant(service, `${base}-${role}`, aclLines(service, base, '', role))
        site = await startAccessSite({
          namespace: 'plantx',
          entries: brokers.entries('plantx-gateway'),
          serial: 0xa11ce,
        })
        const held = () => site.gateway.claim.now().entries.every(({ state }) => state.kind === 'held')
        await until(() => services.every((service) => isOpen(site, service)) && held(), 'all three brokers', 60_000)
      }, 120_000)

      afterAll(async () => {
        await site?.stop()
        await brokers?.stop()
      }, 30_000)

      const configFor = (user: string, namespace = 'plantx'): Config => {
        const parsed = parseConfig(`namespace: ${namespace}\n${brokers.entries(user)}`, 'clients.yaml')
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
        return parsed.config
      }

      /** Sends a request for plantx's PLC with this login. */
      async function write(user: string, service: Service, value: number): Promise<{ id: string; hops: Hop[] }> {
        const id = `acl-${++ids}`
        const { requester } = await clientsAs(configFor(user), central(service), `${1000 + ids}`)
        const client = requester()
        const parts = { plc: 'Main PLC', tag: 'Test_DINT', valueJson: String(value), requestId: id }
        const { address, payload, key } = buildRequest(service, 'plantx', parts)
        const request = { address, payload, isAnswer: (text: string) => text.includes(`"${id}"`), timeoutMs: 4_000 }
        const hops: Hop[] = []
        for await (const hop of client.send({ ...request, ...(key ? { key } : {}) }, never)) hops.push(hop)
        await client.close()
        return { id, hops }
      }

      it.each(services)('%s: the gateway holds its claim and takes requests in', (service) => {
        const claim = site.gateway.claim.now().entries.find(({ entry }) => entry.service === service)
        expect(claim?.state).toMatchObject({ kind: 'held' })
        expect(isOpen(site, service)).toBe(true)
      })

      it.each(services)('%s: a requester writes and hears the answer', async (service) => {
        const value = 100 + services.indexOf(service)
        const { hops } = await write('plantx-requester', service, value)
        expect(hops.at(-1), JSON.stringify(hops)).toMatchObject({ kind: 'response' })
        expect(JSON.stringify(hops.at(-1))).toContain('\\"success\\":true')
        expect(site.plc.get('Test_DINT')).toBe(value)
      })

      it.each(services)(
        '%s: values and health arrive',
        async (service) => {
          const seen: string[] = []
          const { inspector } = await clientsAs(configFor('admin'), central(service), `200${services.indexOf(service)}`)
          const watch = await inspector().watch(
            everythingUnder(service, 'plantx'),
            ({ payload }) => seen.push(Buffer.from(payload).toString()),
            never,
          )
          site.plc.set('Test_SINT', 7 + services.indexOf(service))
          const values = () => seen.some((text) => text.includes('"tag":"Test_SINT"') && text.includes('"value":'))
          await until(() => values() && seen.some((text) => text.includes('"status":"connected"')), 'both', 20_000)
          await watch.close()
        },
        30_000,
      )

      it.each(services)('%s: a requester of another namespace does not reach this one', async (service) => {
        const before = site.plc.get('Test_DINT')
        const { hops } = await write('plant-requester', service, 666)
        expect(
          hops.some(({ kind }) => kind === 'response'),
          JSON.stringify(hops),
        ).toBe(false)
        // What comes later arrives: the one before would have.
        const { hops: own } = await write('plantx-requester', service, Number(before) + 1)
        expect(own.at(-1)).toMatchObject({ kind: 'response' })
        expect(site.plc.writeLog.map(({ value }) => value)).not.toContain(666)
      })

      describe('a gateway with the login of another namespace, which asks nobody', () => {
        let intruder: AccessSite
        beforeAll(async () => {
          intruder = await startAccessSite({
            namespace: 'plantx',
            entries: brokers.entries('plant-gateway'),
            serial: 0xbad,
            claim: 'off',
          })
          const settled = () =>
            intruder.gateway.parts.getState().brokers.every((part) => part.state.getState().kind !== 'connecting')
          await until(settled, 'the intruder tried its brokers', 30_000)
        }, 40_000)
        afterAll(() => intruder?.stop())

        it.each(services)(
          '%s: takes no request, and is not heard',
          async (service) => {
            const seen: string[] = []
            const { inspector } = await clientsAs(
              configFor('admin'),
              central(service),
              `300${services.indexOf(service)}`,
            )
            const watch = await inspector().watch(
              everythingUnder(service, 'plantx'),
              ({ payload }) => seen.push(Buffer.from(payload).toString()),
              never,
            )
            intruder.plc.set('Test_SINT', 99)
            for (const value of [501, 502, 503, 504, 505]) {
              const { hops } = await write('plantx-requester', service, value)
              const answers = hops.filter(({ kind }) => kind === 'response')
              expect(answers, JSON.stringify(hops)).toHaveLength(1)
              expect(site.plc.get('Test_DINT')).toBe(value)
            }
            expect(intruder.plc.writeLog).toEqual([])
            expect(seen.filter((text) => text.includes('"value":99'))).toEqual([])
            await watch.close()
            expect(site.gateway.claim.now().gateway.kind).toBe('held')
          },
          30_000,
        )
      })
    }),
  ),
)

function isOpen({ gateway }: AccessSite, service: Service): boolean {
  const part = gateway.brokers.find(({ bridge }) => bridge.entry.service === service)
  const state = part?.state.getState()
  return state?.kind === 'connected' && state.intake === 'open'
}
