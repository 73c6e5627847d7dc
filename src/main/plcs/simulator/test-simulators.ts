/** Simulators and clients of one test file, closed after each test. */
import { afterEach } from 'vitest'
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts'
import { type RawClient, rawClient } from './test-raw-client.ts'

export interface Bed {
  start(options: SimulatorOptions): Promise<Simulator>
  /** A client with a session. */
  client(simulator: Simulator): Promise<RawClient>
}

export function testBed(): Bed {
  const closers: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })
  return {
    start: async (options) => {
      const simulator = await startSimulator(options)
      closers.push(simulator.close)
      return simulator
    },
    client: async (simulator) => {
      const client = await rawClient(simulator.port)
      closers.push(client.close)
      await client.register()
      return client
    },
  }
}
