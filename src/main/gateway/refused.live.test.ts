/** A login that may connect and do all but publish values: the entry is connected and says what is refused, until it is granted. */
import { expect, it } from 'vitest'
import { liveDescribe } from '#scripts/brokers/live'
import { aclLines } from '#shared/acl'
import type { Service } from '#shared/broker'
import { startAccessBrokers } from './test-access.ts'
import { startAccessSite } from './test-access-site.ts'
import { until } from './test-gateway.ts'

const services = ['mqtt', 'valkey', 'kafka'] as const
const user = 'plant-gateway'
const generated = (service: Service) => aclLines(service, 'plant', user, 'gateway')

/** All rights but those on values. */
const withoutValues: Readonly<Record<Service, readonly string[]>> = {
  mqtt: [`user ${user}`, 'topic deny plant/+/tags/#', 'topic readwrite plant/#'],
  valkey: generated('valkey').map((line) =>
    line.replace('~plant:* ', '~plant:_gw:* ~plant:writes ~plant:Main*:health '),
  ),
  // May create and read the topic of the values, or the link itself would not come up.
  kafka: generated('kafka').flatMap((line) =>
    line.includes('--topic plant ')
      ? [
          line.replace('--topic plant ', ''),
          line.replace('--operation Write ', '').replace(/--topic plant .*$/, '--topic plant'),
        ]
      : [line],
  ),
}

liveDescribe('mosquitto', 'rights', () =>
  liveDescribe('redis', 'on values', () =>
    liveDescribe('kafka', 'that are missing', () => {
      it('are told by each entry, and no more when they are given', async () => {
        const brokers = await startAccessBrokers([user])
        for (const service of services) await brokers.grant(service, user, withoutValues[service])
        const site = await startAccessSite({ namespace: 'plant', entries: brokers.entries(user), serial: 0x0e11 })
        const states = () =>
          Object.fromEntries(site.gateway.brokers.map(({ bridge, state }) => [bridge.entry.service, state.getState()]))
        try {
          const refused = (service: Service) => {
            const state = states()[service]
            return state?.kind === 'connected' ? state.refused : undefined
          }
          for (const service of services)
            await until(() => refused(service) !== undefined, `${service} tells it`, 40_000).catch((error: unknown) => {
              throw new Error(JSON.stringify(states(), null, 1), { cause: error })
            })
          for (const service of services) expect(refused(service)).toMatch(new RegExp(`^${service} "Central": .*plant`))
          for (const service of services) await brokers.grant(service, user, generated(service))
          for (const service of services)
            await until(() => refused(service) === undefined, `${service} has all`, 60_000)
          expect(Object.values(states()).map(({ kind }) => kind)).toEqual(services.map(() => 'connected'))
        } finally {
          await site.stop()
          await brokers.stop()
        }
      }, 180_000)
    }),
  ),
)
