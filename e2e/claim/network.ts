/** Three real brokers, and the network of each site before them: proxies that cut, stall and slow one site alone. */
import { startKafka } from '#scripts/brokers/kafka'
import { startMosquitto } from '#scripts/brokers/mosquitto'
import { startProxy, type TcpProxy } from '#scripts/brokers/proxy'
import { startRedis } from '#scripts/brokers/redis'
import { freePort } from '#scripts/brokers/server'
import type { Service } from '#shared/broker'
import { type SiteName, sites } from './plan.ts'
import { connectSenders, type Senders } from './senders.ts'

export type Ways = Readonly<Record<Service, TcpProxy>>

/** A place in which one round at a time is run: ways for two sites. */
export type Slot = Readonly<Record<SiteName, Ways>>

export interface Network {
  readonly slots: readonly Slot[]
  readonly senders: Senders
  stop(): Promise<void>
}

/** Starts the brokers with ways for `places` rounds at once. */
export async function startNetwork(places: number): Promise<Network> {
  const behind = await Promise.all(
    Array.from({ length: places * sites.length }, async () => ({
      port: await freePort(),
      advertised: await freePort(),
    })),
  )
  const [mqtt, valkey, kafka] = await Promise.all([
    startMosquitto({ quiet: true }),
    startRedis(),
    startKafka({ behind }),
  ])
  const ways = await Promise.all(
    behind.map(
      async ({ port, advertised }): Promise<Ways> => ({
        mqtt: await startProxy({ target: mqtt.port }),
        valkey: await startProxy({ target: valkey.port }),
        kafka: await startProxy({ target: port, port: advertised }),
      }),
    ),
  )
  const slots = Array.from({ length: places }, (_, index): Slot => {
    const [a, b] = [ways[2 * index], ways[2 * index + 1]]
    if (!a || !b) throw new Error('a slot has two ways')
    return { a, b }
  })
  const senders = await connectSenders({ mqtt: mqtt.port, valkey: valkey.port, kafka: kafka.port })
  return {
    slots,
    senders,
    stop: async () => {
      await senders.close()
      await Promise.all(ways.flatMap((way) => Object.values(way).map((proxy) => proxy.stop())))
      await Promise.all([mqtt, valkey, kafka].map((server) => server.stop()))
    },
  }
}
