import { asError } from '#main/link'
import type { ProfileName } from '#main/plcs/simulator/profiles'
import { simulate as startSimulation } from '#main/plcs/simulator/simulate'
import { serialText } from '#shared/plc'
import { answerLines } from './console-lines.ts'
import { exit } from './exit.ts'
import { untilSignalled } from './signals.ts'

export interface SimulateCommandOptions {
  readonly host: string
  readonly port: number
  readonly serial?: number
  readonly tags: string
  readonly profile: ProfileName
  /** ms for each packet. */
  readonly packetTime: number
  readonly maxConnections?: number
  readonly maxBytes?: number
}

/** `warlink simulate`: a simulated controller until it is ended by a signal. Lines on standard input switch its faults. */
export async function simulate(options: SimulateCommandOptions): Promise<number> {
  const { packetTime, ...rest } = options
  const started = await startSimulation({ ...rest, packetTimeMs: packetTime }).catch(asError)
  if (started instanceof Error) {
    process.stderr.write(`simulate: ${options.host}:${options.port}: ${started.message}\n`)
    return exit.failed
  }
  const { simulator } = started
  const { productName, revision, serial } = simulator.identity
  process.stdout.write(
    `${productName} ${revision}, serial ${serialText(serial)}, tags ${options.tags}: listening on ${simulator.host}:${simulator.port}\n`,
  )
  const stopLines = answerLines((line) => {
    const { ok, text } = simulator.control(line)
    return `${ok ? 'ok' : 'error'}: ${text}`
  })
  const stop = () => {
    stopLines()
    return started.stop()
  }
  return untilSignalled(stop, (text) => process.stderr.write(`${text}\n`))
}
