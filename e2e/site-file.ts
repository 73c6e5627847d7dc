/** The configuration of a site under test, on one broker of each kind. */
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { parseConfig } from '#main/config/parse'
import { base } from '#shared/names/build'

export interface Ports {
  readonly mosquitto: number
  readonly redis: number
  readonly kafka: number
}

/** One entry for each service, all with write-back. `tags` is the YAML list of one PLC. */
export function siteConfig(namespace: string, plcPort: number, ports: Ports, tags: string, more = ''): string {
  return `namespace: ${namespace}
poll_rate: 250ms
${more}
plcs:
  - name: Main PLC
    address: 127.0.0.1:${plcPort}
    timeout: 1s
    tags: ${tags}
mqtt:
  - {name: Central, broker: "127.0.0.1:${ports.mosquitto}"}
valkey:
  - {name: Central, address: "127.0.0.1:${ports.redis}", enable_writeback: true}
kafka:
  - {name: Central, brokers: ["127.0.0.1:${ports.kafka}"], enable_writeback: true}
`
}

/**
 * Makes the site one that held its namespace before, as its `‹config›.instance` says: where its brokers know nothing of
 * it, it listens 3 s and not 25 s before it takes requests in. `texts`: its configuration, and those it will have.
 */
export async function rememberHeld(configPath: string, ...texts: readonly string[]): Promise<void> {
  const held = texts.flatMap((text) => basesOf(text, configPath))
  const note = { held: held.map((one) => JSON.stringify(one)), takeovers: [] }
  await writeFile(`${configPath}.instance`, `${randomUUID()}\n${JSON.stringify(note)}\n`, { mode: 0o600 })
}

function basesOf(text: string, configPath: string) {
  const parsed = parseConfig(text, configPath)
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.text).join('; '))
  const { config } = parsed
  return [
    ...config.mqtt.map((entry) => [
      'mqtt',
      `${entry.broker}:${entry.port}`,
      base('mqtt', config.namespace, entry.selector),
    ]),
    ...config.valkey.map((entry) => [
      'valkey',
      `${entry.address}/${entry.database}`,
      base('valkey', config.namespace, entry.selector),
    ]),
    ...config.kafka.map((entry) => ['kafka', entry.brokers.join(','), base('kafka', config.namespace, entry.selector)]),
  ]
}
