import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { TlsFiles } from './certificates.ts'
import { answers, freePort, Missing, need, run, type Server, tempDir } from './server.ts'

export interface KafkaOptions {
  /** Absent: a free one. */
  readonly port?: number
  /** User → password. Adds a SASL port (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512), and one with TLS where `tls` is given. */
  readonly users?: Readonly<Record<string, string>>
  /** Adds a port with TLS. */
  readonly tls?: TlsFiles
  /** The ports with TLS ask for a certificate of the same authority. */
  readonly clientCertificates?: boolean
  /**
   * Rights are needed: these users have all of them, the others those that somebody creates. The port without a password
   * keeps all rights, so that a test can create them.
   */
  readonly superUsers?: readonly string[]
  /** Adds ports for proxies: who comes in on `port` is sent to `advertised` for everything else. */
  readonly behind?: readonly { readonly port: number; readonly advertised: number }[]
  /** A broker of this cluster, beside the first one; absent: the first one of a new cluster. */
  readonly joins?: Cluster
  /** Absent: a folder that goes with the process. */
  readonly dir?: string
  /** More of server.properties: `auto.create.topics.enable`, `message.max.bytes`, … */
  readonly properties?: Readonly<Record<string, string>>
}

/** A cluster that further brokers can join. Its first broker, with id 1, is its only controller. */
export interface Cluster {
  readonly id: string
  readonly controller: number
  /** Brokers that were given an id. */
  brokers: number
}

export interface KafkaServer extends Server {
  readonly cluster: Cluster
  /** Its id in the cluster. */
  readonly nodeId: number
  /** SASL_PLAINTEXT; with `users`. */
  readonly saslPort: number | undefined
  /** SASL_SSL; with `users` and `tls`. */
  readonly saslTlsPort: number | undefined
}

const jars = resolve(import.meta.dirname, '../../.cache/kafka')
const jvm = ['-Xmx512m', '-XX:+UseSerialGC']
const quiet = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
]

/** Starts Apache Kafka on 127.0.0.1, broker and controller (of a new cluster) in one process. Rejects with `Missing` where it is not there. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const command = need('java', 'Debian: apt-get install default-jre-headless')
  if (!existsSync(join(jars, 'pom.xml'))) throw new Missing('Kafka is not installed. Run: npm run brokers:kafka')
  const ports = {
    plain: options.port ?? (await freePort()),
    tls: options.tls && (await freePort()),
    sasl: options.users && (await freePort()),
    saslTls: options.users && options.tls && (await freePort()),
  }
  const cluster = options.joins ?? { id: clusterId(), controller: await freePort(), brokers: 0 }
  cluster.brokers++
  const nodeId = cluster.brokers
  const dir = tempDir('kafka', options.dir)
  const conf = join(dir.path, 'server.properties')
  const data = join(dir.path, 'data')
  writeFileSync(conf, properties({ options, ports, cluster, nodeId, data }), { mode: 0o600 })
  const classPath = ['-cp', join(jars, '*')]
  const format = async () => {
    rmSync(data, { recursive: true, force: true })
    const users = Object.entries(options.users ?? {}).flatMap(scramArguments)
    // A short life: only the quick compiler pays.
    const args = [
      ...jvm,
      '-XX:TieredStopAtLevel=1',
      ...classPath,
      ...quiet,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      cluster.id,
      '-c',
      conf,
    ]
    await promisify(execFile)(command, [...args, ...users])
  }
  if (!existsSync(data)) await format()

  const open = [ports.plain, ports.tls, ports.sasl, ports.saslTls].filter((port) => port !== undefined)
  const server = await run({
    name: 'kafka',
    command,
    args: [...jvm, ...classPath, ...quiet, 'kafka.Kafka', conf],
    port: ports.plain,
    ...(ports.tls === undefined ? {} : { tlsPort: ports.tls }),
    dir,
    // Ports open long before it takes requests; this line comes when it does.
    ready: async (printed) =>
      printed.includes('Kafka Server started') && (await Promise.all(open.map((port) => answers(port)))).every(Boolean),
    readyMs: 60_000,
    forget: format,
  })
  return Object.assign(server, { cluster, nodeId, saslPort: ports.sasl, saslTlsPort: ports.saslTls })
}

interface Ports {
  readonly plain: number
  readonly tls: number | undefined
  readonly sasl: number | undefined
  readonly saslTls: number | undefined
}

interface Node {
  readonly options: KafkaOptions
  readonly ports: Ports
  readonly cluster: Cluster
  readonly nodeId: number
  readonly data: string
}

function properties({ options, ports, cluster, nodeId, data }: Node): string {
  const clients = [
    ['PLAINTEXT', ports.plain],
    ['SSL', ports.tls],
    ['SASL_PLAINTEXT', ports.sasl],
    ['SASL_SSL', ports.saslTls],
  ].filter(([, port]) => port !== undefined)
  const behind = options.behind ?? []
  const named = (port: 'port' | 'advertised') => behind.map((one, index) => [`BEHIND${index}`, one[port]])
  const controllers = options.joins ? [] : [['CONTROLLER', cluster.controller]]
  const address = ([name, port]: readonly unknown[]) => `${name}://127.0.0.1:${port}`
  const all: Record<string, string> = {
    'process.roles': options.joins ? 'broker' : 'broker,controller',
    'node.id': `${nodeId}`,
    'controller.quorum.voters': `1@127.0.0.1:${cluster.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: [...clients, ...named('port'), ...controllers].map(address).join(','),
    'advertised.listeners': [...clients, ...named('advertised')].map(address).join(','),
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
      ...behind.map((_, index) => `BEHIND${index}:PLAINTEXT`),
    ].join(','),
    // A listener has threads of its own.
    ...(behind.length > 0 && { 'num.network.threads': '1' }),
    'log.dirs': data,
    'num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'group.initial.rebalance.delay.ms': '0',
    // After SIGKILL the broker may register again only when its old session has run out.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '300',
    // Tests want to see a dead member leave within their own time.
    'group.min.session.timeout.ms': '1000',
    ...(options.users && saslProperties(options.users)),
    ...(options.tls && {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': options.tls.serverPem,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': options.tls.ca,
      'ssl.client.auth': options.clientCertificates ? 'required' : 'none',
    }),
    ...(options.superUsers && {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': ['ANONYMOUS', ...options.superUsers].map((user) => `User:${user}`).join(';'),
    }),
    ...options.properties,
  }
  return `${Object.entries(all)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`
}

function saslProperties(users: Readonly<Record<string, string>>): Record<string, string> {
  const known = Object.entries(users).map(([user, password]) => `user_${user}="${password}"`)
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
  const all: Record<string, string> = { 'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512' }
  for (const listener of ['sasl_plaintext', 'sasl_ssl']) {
    const jaas = (mechanism: string) => `listener.name.${listener}.${mechanism}.sasl.jaas.config`
    all[jaas('plain')] = `org.apache.kafka.common.security.plain.PlainLoginModule required ${known.join(' ')};`
    all[jaas('scram-sha-256')] = scram
    all[jaas('scram-sha-512')] = scram
  }
  return all
}

function scramArguments([user, password]: [string, string]): string[] {
  return ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${user},password=${password}]`,
  ])
}

/** As `StorageTool random-uuid` makes one; an `A` in front, because a leading dash would be read as an option. */
function clusterId(): string {
  return `A${randomBytes(16).toString('base64url').slice(1, 22)}`
}
