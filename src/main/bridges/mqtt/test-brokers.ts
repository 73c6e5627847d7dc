/** What the tests of this folder have in common. Not part of the application. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import type { BridgeContext } from '#main/bridges/bridge'
import { silentLog } from '#main/log'
import type { MqttConfig } from '#shared/config'
import { portOf } from './test-scripted.ts'

export const context = (namespace: string, who = '11111111-aaaa'): BridgeContext => ({
  namespace,
  who,
  log: silentLog,
})

/** An entry of the configuration for a broker on this machine. */
export function entryFor(port: number, more: Partial<MqttConfig> = {}): MqttConfig {
  return {
    name: 'Contract',
    enabled: true,
    enable_writeback: true,
    claim: 'on',
    allow_unproven: false,
    use_tls: false,
    broker: '127.0.0.1',
    port,
    ...more,
  }
}

/** A client from outside, connected; it never reconnects. */
export function outsideClient(port: number, options: IClientOptions = {}): Promise<MqttClient> {
  return mqtt.connectAsync({
    host: '127.0.0.1',
    port,
    protocol: 'mqtt',
    protocolVersion: 5,
    reconnectPeriod: 0,
    ...options,
  })
}

/** An embedded broker that speaks 3.1.1 only. */
export async function startOldBroker(port = 0) {
  const aedes = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    aedes.handle(socket)
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
    await new Promise<void>((resolve) => aedes.close(() => resolve()))
  }
  return { aedes, port: portOf(server), stop }
}
