/**
 * Questions that every broker of a cluster can answer: what topics there are, who coordinates a group. kafkajs puts them
 * to a broker chosen by chance and gives up where just that one can't be reached. One broker of three that restarts, or
 * that a firewall hides, would end the connection again and again although all leaders stand. So they go to a broker
 * that is connected, and to the others only where it does not answer.
 */
import type BrokerPool from 'kafkajs/src/cluster/brokerPool.js'

/** From now on every client of kafkajs in this process asks like this; it has no option for it. */
export async function askAnyBroker(): Promise<void> {
  const { default: pool } = await import('kafkajs/src/cluster/brokerPool.js')
  pool.prototype.withBroker = withBroker
}

/** Rejects where no broker could be reached. */
async function withBroker<T>(
  this: BrokerPool,
  ask: Parameters<typeof BrokerPool.prototype.withBroker<T>>[0],
): Promise<T | null> {
  const known = connectedFirst(this.brokers)
  let reached = false
  let unreached: unknown
  // Where none is known yet, kafkajs' own error about any name makes it look for them.
  for (const nodeId of known.length > 0 ? known : ['none']) {
    const broker = await this.findBroker({ nodeId }).catch((error: unknown) => {
      unreached = error
      return undefined
    })
    if (!broker) continue
    reached = true
    try {
      return await ask({ nodeId, broker })
    } catch {
      // The next one may know better.
    }
  }
  if (!reached) throw unreached
  return null
}

/** Those that are connected, then those that are not, each by chance, so that not one broker gets the questions of all. */
function connectedFirst(brokers: BrokerPool['brokers']): string[] {
  const ranked = Object.entries(brokers).map(
    ([nodeId, broker]) => [nodeId, Math.random() + (broker.isConnected() ? 0 : 1)] as const,
  )
  return ranked.sort(([, a], [, b]) => a - b).map(([nodeId]) => nodeId)
}
