/** Two sites on the same real brokers hear of each other, with what their gateways say of themselves. */
import { expect, it } from 'vitest'
import { askGateway } from '#main/commands/ask-gateway'
import { builtCli, liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import type { OtherSite } from '#shared/isolation'
import { until } from '../line/tools.ts'
import { type Contender, createContender } from './contender.ts'

builtCli()

liveDescribe('mosquitto', 'two sites with namespaces of their own', (mosquitto) =>
  liveDescribe('redis', 'on the same brokers', (redis) => {
    it('list each other as heard, on MQTT and on Valkey, and both write', async () => {
      const ports = { mqtt: mosquitto.port, valkey: redis.port }
      const make = (site: string) =>
        createContender({ namespace: uniqueNamespace('site'), site, ports, heldBefore: true })
      const [one, two] = [await make('Chicago'), await make('Detroit')]
      try {
        one.start()
        two.start()
        const heard = await heardOn(one, 'Detroit')
        expect(heard).toMatchObject({
          from: ['heard'],
          plcs: [{ name: 'Main PLC', serial: two.plc.identity.serial }],
        })
        await heardOn(two, 'Chicago')
        await Promise.all([one.state('held'), two.state('held')])
      } finally {
        await one.remove()
        await two.remove()
      }
    }, 90_000)
  }),
)

/** The site of this name as a gateway lists it, once it was heard on both brokers and with its controller. */
async function heardOn(contender: Contender, site: string): Promise<OtherSite | undefined> {
  let found: OtherSite | undefined
  const complete = async () => {
    const asked = await askGateway({ config: contender.configPath }, (client) => client.call('isolation.status', {}))
    // The brokers are shared with other tests: their sites are heard too.
    found = asked.ok ? asked.answer.sites.find((one) => one.site === site) : undefined
    return found?.heardOn.length === 2 && (found.plcs?.length ?? 0) > 0
  }
  await until(complete, `${site} is listed`, 40_000, 250)
  return found
}
