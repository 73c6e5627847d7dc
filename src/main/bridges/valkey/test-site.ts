/** A server with outside clients for the tests of this folder. Not part of the application. */
import { Redis } from 'ioredis'
import { type RedisOptions, startRedis } from '#scripts/brokers/redis'
import type { Server } from '#scripts/brokers/server'
import type { ValkeyConfig } from '#shared/config'

/** A server with clients from outside, which end with it. */
export interface Site extends Server {
  client(): Redis
}

export async function startSite(options: RedisOptions = {}): Promise<Site> {
  const server = await startRedis(options)
  const clients: Redis[] = []
  return Object.assign(server, {
    client: () => {
      const { port } = server
      const password = options.requirepass
      const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50, ...(password && { password }) })
      client.on('error', () => {})
      clients.push(client)
      return client
    },
    stop: stopAfter(server, clients),
  })
}

function stopAfter({ stop }: Server, clients: readonly Redis[]) {
  return async () => {
    for (const client of clients) client.disconnect()
    await stop()
  }
}

/** An entry of the configuration, without its address. */
export const plain: Omit<ValkeyConfig, 'address'> = {
  name: 'Contract',
  enabled: true,
  enable_writeback: true,
  claim: 'on',
  allow_unproven: false,
  use_tls: false,
  database: 0,
  publish_changes: true,
  backlog: 'refuse',
}
