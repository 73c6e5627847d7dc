/** A simulated controller inside the benchmark, so that the change of a value and its arrival have one clock. */
import { benchProgram } from '#main/plcs/simulator/bench-program'
import { type SimProgram, tag } from '#main/plcs/simulator/program'
import { type Simulator, startSimulator } from '#main/plcs/simulator/simulator'

/** Names of the tags that the benchmark itself changes. */
export function probeName(i: number): string {
  return `Probe_${String(i + 1).padStart(3, '0')}`
}

export interface BenchPlc extends Simulator {
  /** No value changes any more by itself. */
  hold(): void
}

/** `probes` tags for the benchmark, beside `others` of which `changesPerSecond` change in turn. */
export async function startBenchPlc(probes: number, others = 0, changesPerSecond = 0): Promise<BenchPlc> {
  let held = false
  const { process: moving, ...program } = benchProgram(others, changesPerSecond)
  const own = Array.from({ length: probes }, (_, i) => tag(probeName(i), 'DINT'))
  const process: SimProgram['process'] = moving && {
    periodMs: moving.periodMs,
    start: (access) => {
      const step = moving.start(access)
      return (dtMs) => {
        if (!held) step(dtMs)
      }
    },
  }
  const all = { ...program, tags: [...own, ...program.tags], ...(process && { process }) }
  const hold = () => {
    held = true
  }
  return Object.assign(await startSimulator({ program: all }), { hold })
}
