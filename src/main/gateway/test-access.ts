/** Three real brokers with TLS, logins and access rules, and what grants rights on them as an administrator does. For tests. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kafkaAdminAt, runAclLine, setKafkaRights } from '#main/bridges/kafka/test-rights'
import { makeCertificates } from '#scripts/brokers/certificates'
import { startKafka } from '#scripts/brokers/kafka'
import { reloadMosquitto, startMosquitto } from '#scripts/brokers/mosquitto'
import { startRedis } from '#scripts/brokers/redis'
import type { Service } from '#shared/broker'

export interface AccessBrokers {
  /** Broker entries `Central` of a configuration, for a login. `of`: absent: all three. */
  entries(user: string, of?: readonly Service[]): string
  /** What a login may do at a service from now on, in the lines of `aclLines`. What it could do before is gone. */
  grant(service: Service, user: string, lines: readonly string[]): Promise<void>
  /** Where an administrator works: `admin` with the password at MQTT, without a login at the two others. */
  readonly ports: Readonly<Record<Service, number>>
  stop(): Promise<void>
}

export interface AccessOptions {
  /** Runs the lines for Kafka with Kafka's own tool, which takes seconds for each. Rights can then only be added. */
  readonly kafkaTool?: boolean
}

/** Password of every login; `admin` may do everything. */
export const password = 'secret'
export const admin = 'admin'

/** Starts them; `users` are the logins there will be. */
export async function startAccessBrokers(
  users: readonly string[],
  options: AccessOptions = {},
): Promise<AccessBrokers> {
  const files = makeCertificates({ days: 400 })
  const logins = Object.fromEntries([admin, ...users].map((user) => [user, password]))
  const acl = new Map<string, readonly string[]>([[admin, [`user ${admin}`, 'topic readwrite #']]])
  const [mosquitto, redis, kafka] = await Promise.all([
    startMosquitto({ passwords: logins, acl: [...acl.values()].flat(), tls: files }),
    startRedis({ users: { [admin]: `on >${password} ~* &* +@all` }, tls: files }),
    startKafka({ users: logins, superUsers: [admin], tls: files }),
  ])
  const kafkaAdmin = await kafkaAdminAt(kafka.port)

  const grants: Readonly<Record<Service, (user: string, lines: readonly string[]) => Promise<void>>> = {
    mqtt: async (user, lines) => {
      acl.set(user, lines)
      writeFileSync(join(mosquitto.dir, 'acl'), `${[...acl.values()].flat().join('\n')}\n`)
      await reloadMosquitto(mosquitto)
    },
    valkey: async (_, lines) => {
      for (const line of lines) {
        const words = line.replace('>PASSWORD', `>${password}`).split(' ')
        const { stdout } = await promisify(execFile)('redis-cli', ['-p', `${redis.port}`, ...words])
        if (stdout.trim() !== 'OK') throw new Error(`${line}: ${stdout}`)
      }
    },
    kafka: async (user, lines) => {
      if (options.kafkaTool) await Promise.all(lines.map((line) => runAclLine(line, kafka.port)))
      else await setKafkaRights(kafkaAdmin, user, lines)
    },
  }

  const tls = `use_tls: true, ca_file: "${files.ca}"`
  const yaml: Readonly<Record<Service, string>> = {
    mqtt: `broker: 127.0.0.1, port: ${mosquitto.tlsPort}, ${tls}`,
    valkey: `address: "127.0.0.1:${redis.tlsPort}", enable_writeback: true, ${tls}`,
    kafka: `brokers: ["127.0.0.1:${kafka.saslTlsPort}"], enable_writeback: true, sasl_mechanism: SCRAM-SHA-256, ${tls}`,
  }
  return {
    entries: (user, of = ['mqtt', 'valkey', 'kafka']) =>
      of
        .map(
          (service) =>
            `${service}:\n  - {name: Central, username: ${user}, password: ${password}, ${yaml[service]}, allow_unproven: true}\n`,
        )
        .join(''),
    grant: (service, user, lines) => grants[service](user, lines),
    ports: { mqtt: mosquitto.port, valkey: redis.port, kafka: kafka.port },
    stop: async () => {
      await kafkaAdmin.disconnect()
      await Promise.all([mosquitto.stop(), redis.stop(), kafka.stop()])
    },
  }
}
