/** Simulated controllers by a word of the command line: `demo`, `guide`, `clients`, `bench:5000` or `bench-udt:5000`. */
import { benchProgram } from './bench-program.ts'
import { benchUdtProgram } from './bench-udt-program.ts'
import { clientsProgram } from './clients-program.ts'
import { guideProgram } from './guide-program.ts'
import type { SimProgram } from './program.ts'
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts'
import { tankLineProgram } from './tank-line.ts'

export interface SimulateOptions extends Omit<SimulatorOptions, 'program'> {
  /**
   * `demo` (a filling line in motion), `guide` (plain tags that stay as written), `clients` (the tags that the tests
   * of other clients name), `bench:COUNT` or `bench:COUNT:CHANGES` (values that move in a second), `bench-udt:COUNT`
   * or `bench-udt:COUNT:CHANGES` (structures, strings and arrays among them). Absent: `demo`.
   */
  readonly tags?: string
  /** Of the demo: two lines with different seeds have their faults at different times. */
  readonly seed?: number
}

/** Most tags a bench program may have: instances of symbols are numbers of 16 bits. */
const mostTags = 60_000

/** Starts a simulated controller and gives it with the way to stop it. Rejects where the port is taken or `tags` is not understood. */
export async function simulate(
  options: SimulateOptions,
): Promise<{ readonly simulator: Simulator; stop(): Promise<void> }> {
  const { tags = 'demo', seed = 1, ...rest } = options
  const simulator = await startSimulator({ ...rest, program: programFor(tags, seed) })
  return { simulator, stop: () => simulator.close() }
}

/** The program a word stands for. Throws with what is expected. */
export function programFor(tags: string, seed = 1): SimProgram {
  if (tags === 'demo') return tankLineProgram({ seed })
  if (tags === 'guide') return guideProgram()
  if (tags === 'clients') return clientsProgram()
  const bench = /^(bench|bench-udt):(\d+)(?::(\d+))?$/.exec(tags)
  const count = Number(bench?.[2])
  if (bench && count >= 1 && count <= mostTags) {
    const make = bench[1] === 'bench' ? benchProgram : benchUdtProgram
    return make(count, Number(bench[3] ?? 0))
  }
  throw new Error(
    `simulate: "${tags}" is not known; expected demo, guide, clients, bench:COUNT, bench:COUNT:CHANGES, bench-udt:COUNT or bench-udt:COUNT:CHANGES with COUNT from 1 to ${mostTags}`,
  )
}
