/** The demo site's own MQTT broker: nothing to install, gone when the demo ends. Speaks MQTT 3.1.1 only. */
import { createServer } from 'node:net'
import { Aedes } from 'aedes'

export interface DemoBroker {
  readonly port: number
  close(): Promise<void>
}

/** Listens on 127.0.0.1, on `port` or, where that is taken, on a free one. */
export async function startDemoBroker(port: number): Promise<DemoBroker> {
  const aedes = await Aedes.createBroker()
  const server = createServer((socket) => {
    // The same small delay as in a real broker would otherwise be seen as the gateway's own.
    socket.setNoDelay(true)
    aedes.handle(socket)
  })
  const listen = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(wanted, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
  await listen(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    return listen(0)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('demo broker: no address')
  return {
    port: address.port,
    close: () => new Promise((resolve) => aedes.close(() => server.close(() => resolve()))),
  }
}
