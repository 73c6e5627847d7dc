/** The real brokers of the benchmarks. A broker that is not installed is said, and its figures are left out. */
import { startKafka } from '#scripts/brokers/kafka'
import { startMosquitto } from '#scripts/brokers/mosquitto'
import { startRedis } from '#scripts/brokers/redis'
import { Missing, type Server } from '#scripts/brokers/server'
import { type Service, services } from '#shared/broker'

export type Brokers = { readonly [S in Service]?: Server }

const starters: { readonly [S in Service]: () => Promise<Server> } = {
  // It sends at once (nodelay), drops nothing for a subscriber that is slow, and does not print each packet to us.
  mqtt: () => startMosquitto({ quiet: true, lines: ['max_queued_messages 0'] }),
  valkey: () => startRedis(),
  kafka: () => startKafka(),
}

/** Runs `measure` with those of the brokers that are there, and stops them. */
export async function withBrokers<T>(
  wanted: readonly Service[],
  say: (text: string) => void,
  measure: (brokers: Brokers) => Promise<T>,
): Promise<T> {
  const brokers: { [S in Service]?: Server } = {}
  try {
    for (const service of wanted) {
      try {
        brokers[service] = await starters[service]()
      } catch (error) {
        if (!(error instanceof Missing)) throw error
        say(`${service}: left out: ${error.message}`)
      }
    }
    return await measure(brokers)
  } finally {
    await Promise.all(Object.values(brokers).map((broker) => broker.stop()))
  }
}

/** The services whose brokers run. */
export function present(brokers: Brokers): readonly Service[] {
  return services.filter((service) => brokers[service])
}
