/**
 * The demo site: two simulated controllers and an MQTT broker in this process, and the configuration that fits them.
 * Everything is on 127.0.0.1; nothing reaches a real machine.
 */
import { setEntry, setPlc, together } from '#main/config/edits'
import { edited } from '#main/config/file'
import type { Log } from '#main/log'
import { type Simulator, startSimulator, tankLineProgram } from '#main/plcs/simulator/index'
import demoYaml from '../../../resources/demo.yaml?raw'
import { type DemoBroker, startDemoBroker } from './broker.ts'

export interface DemoSite {
  /** Text of the configuration, with the ports that were free. */
  readonly configText: string
  readonly brokerPort: number
  readonly plcs: readonly Simulator[]
  close(): Promise<void>
}

/** Names and ports of `demo.yaml`; a port that is taken is replaced by a free one. */
const plcs = [
  { name: 'Tank Line', port: 44_818, seed: 1 },
  { name: 'Packing', port: 44_819, seed: 2 },
] as const
const brokerName = 'Demo broker'
const brokerPort = 1_883

/** Starts all of it. Rejects where a port can't be had at all. */
export async function startDemoSite(log: Log): Promise<DemoSite> {
  const simulators: Simulator[] = []
  let broker: DemoBroker | undefined
  const close = async () => {
    await Promise.all([...simulators.map((simulator) => simulator.close()), broker?.close()])
  }
  try {
    for (const { name, port, seed } of plcs) simulators.push(await startPlc(name, port, seed, log))
    broker = await startDemoBroker(brokerPort)
    const made = edited(
      demoYaml,
      together(
        ...plcs.map(({ name }, i) => setPlc(name, { address: `127.0.0.1:${simulators[i]?.port}` })),
        setEntry('mqtt', brokerName, { broker: `127.0.0.1:${broker.port}` }),
      ),
    )
    if (!made.ok) throw new Error(`demo: ${made.error}`)
    return { configText: made.text, brokerPort: broker.port, plcs: simulators, close }
  } catch (error) {
    await close()
    throw error
  }
}

function startPlc(name: string, port: number, seed: number, log: Log): Promise<Simulator> {
  const options = { name, program: tankLineProgram({ seed }), log }
  return startSimulator({ ...options, port }).catch((error: unknown) => {
    log.info(`demo: port ${port} is not free, another one is used (${String(error)})`)
    return startSimulator(options)
  })
}
