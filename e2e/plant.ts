/**
 * Two factories as in the guide: the same PLC name, one broker of each kind between them. The brokers have TLS, a login
 * for each site and the rights that the application proposes; nothing else of a plant is missing for a go-live.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { type Simulator, startSimulator, tankLineProgram } from '#main/plcs/simulator/index'
import { aclLines } from '#shared/acl'
import { kafkaNames, kafkaTopics } from '#shared/names/build'
import { makeCertificates } from '../scripts/brokers/certificates.ts'
import { startKafka } from '../scripts/brokers/kafka.ts'
import { startMosquitto } from '../scripts/brokers/mosquitto.ts'
import { startRedis } from '../scripts/brokers/redis.ts'

export interface Factory {
  readonly namespace: string
  readonly configPath: string
  readonly plc: Simulator
}

export interface Plant {
  readonly a: Factory
  readonly b: Factory
  /** The MQTT broker, to be taken away and brought back. */
  readonly mosquitto: { kill(): Promise<void>; restart(): Promise<void> }
  close(): Promise<void>
}

const sites = [
  { namespace: 'factory-a', site: 'Chicago line 1', seed: 1, serials: [0x00c4a7e1, 0x60f2910b] },
  { namespace: 'factory-b', site: 'Detroit line 2', seed: 2, serials: [0x00b81f3c, 0x60f2a44d] },
] as const

/** Starts brokers and controllers, and writes both configurations. Rejects with `Missing` where a broker is not there. */
export async function startPlant(): Promise<Plant> {
  const folder = await mkdtemp(join(tmpdir(), 'plant-'))
  const tls = makeCertificates({ days: 400 })
  const logins = sites.map(({ namespace }) => ({
    namespace,
    user: `warlink-${namespace}`,
    password: `${namespace}-x7`,
  }))
  const users = Object.fromEntries(logins.map(({ user, password }) => [user, password]))
  const [mosquitto, redis, kafka] = await Promise.all([
    startMosquitto({
      tls,
      passwords: users,
      acl: logins.flatMap(({ namespace, user }) => aclLines('mqtt', namespace, user, 'gateway')),
    }),
    startRedis({ tls, users: Object.fromEntries(logins.map(redisRules)) }),
    startKafka({ tls, users, superUsers: [], properties: { 'auto.create.topics.enable': 'false' } }),
  ])
  await allowOnKafka(kafka.port, logins)
  const plcs = await Promise.all(
    sites.map(async ({ seed, serials: [main, packing] }): Promise<Plcs> => {
      const program = (one: number) => tankLineProgram({ seed: one, resetClearFault: false })
      return [
        await startSimulator({ name: 'Main PLC', serial: main, program: program(seed) }),
        await startSimulator({ name: 'Packing', serial: packing, profile: 'logix5570', program: program(seed + 2) }),
      ]
    }),
  )
  const ports = { mqtt: mosquitto.tlsPort ?? 0, valkey: redis.tlsPort ?? 0, kafka: kafka.saslTlsPort ?? 0 }
  const factories = await Promise.all(
    sites.map(async ({ namespace, site }, i): Promise<Factory> => {
      const [own, login] = [plcs[i], logins[i]]
      if (!own || !login) throw new Error('each site has a controller and a login')
      await mkdir(join(folder, namespace))
      const configPath = join(folder, namespace, `${namespace}.yaml`)
      await writeFile(configPath, configuration({ namespace, site, plcs: own, ports, ca: tls.ca, user: login.user }))
      const secrets = ['mqtt', 'valkey', 'kafka'].map((service) => `${service}/Central: ${login.password}\n`).join('')
      await writeFile(`${configPath}.secrets`, secrets, { mode: 0o600 })
      return { namespace, configPath, plc: own[0] }
    }),
  )
  const [a, b] = factories
  if (!a || !b) throw new Error('there are two sites')
  return {
    a,
    b,
    mosquitto,
    close: async () => {
      await Promise.all(plcs.flat().map((plc) => plc.close()))
      await Promise.all([mosquitto.stop(), redis.stop(), kafka.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type Plcs = readonly [main: Simulator, packing: Simulator]

interface Login {
  readonly namespace: string
  readonly user: string
  readonly password: string
}

/** `ACL SETUSER name rules` as a line of redis.conf. */
function redisRules({ namespace, user, password }: Login): [string, string] {
  const [line = ''] = aclLines('valkey', namespace, user, 'gateway')
  return [user, line.replace(`ACL SETUSER ${user} `, '').replace('PASSWORD', password)]
}

/** What the `kafka-acls` lines say, through the port that may do everything. */
async function allowOnKafka(port: number, logins: readonly Login[]): Promise<void> {
  const {
    AclOperationTypes: may,
    AclPermissionTypes,
    AclResourceTypes,
    Kafka,
    logLevel,
    ResourcePatternTypes,
  } = kafkajs
  const admin = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const rule = (user: string, resourceName: string, operation: number, group?: 'literal' | 'prefixed') => ({
    resourceType: group ? AclResourceTypes.GROUP : AclResourceTypes.TOPIC,
    resourceName,
    resourcePatternType: group === 'prefixed' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: '*',
    operation,
    permissionType: AclPermissionTypes.ALLOW,
  })
  await admin.createAcls({
    acl: logins.flatMap(({ namespace, user }) => [
      ...kafkaTopics(namespace).flatMap((topic) =>
        [may.READ, may.WRITE, may.DESCRIBE, may.CREATE].map((one) => rule(user, topic, one)),
      ),
      ...[may.READ, may.DESCRIBE].map((one) => rule(user, kafkaNames.writersGroup(namespace), one, 'literal')),
      ...[may.READ, may.DESCRIBE, may.DELETE].map((one) => rule(user, `${namespace}-watch-`, one, 'prefixed')),
    ]),
  })
  await admin.disconnect()
}

function link({ port, identity: { vendor, productCode, serial } }: Simulator): string {
  return `    address: 127.0.0.1:${port}
    pin:
      - { vendor: ${vendor}, product: ${productCode}, serial: 0x${serial.toString(16).padStart(8, '0')} }`
}

function configuration(of: {
  readonly namespace: string
  readonly site: string
  readonly plcs: Plcs
  readonly ports: { readonly mqtt: number; readonly valkey: number; readonly kafka: number }
  readonly ca: string
  readonly user: string
}): string {
  const { namespace, site, plcs, ports, ca, user } = of
  const [main, packing] = plcs
  const login = (service: string) =>
    `    use_tls: true\n    ca_file: ${ca}\n    username: ${user}\n    password: \${secret:${service}/Central}\n`
  return `namespace: ${namespace}
site: ${site}
poll_rate: 500ms

commissioning:
  plc: Main PLC
  tag: BatchCounter.PRE

plcs:
  - name: Main PLC
${link(main)}
    tags:
      - name: Machine_Status.Running
      - name: Machine_Status.Faulted
      - name: Machine_Status.Fault_Code
      - name: Machine_Status.Cycle_Count
      - name: Machine_Status.Clear_Fault
        writable: true
      - name: Tank.Level
      - name: Tank.LevelSetpoint
        writable: true
        min: 0
        max: 100
      - name: Tank.Temperature
      - name: Tank.Inflow
      - name: Tank.Outflow
      - name: Tank.HighLimit
        writable: true
        min: 50
        max: 100
      - name: Tank.HighAlarm
      - name: Pumps[0].SpeedSetpoint
        alias: Pump_1.SpeedSetpoint
        writable: true
        min: 0
        max: 100
      - name: Pumps[0].Speed
        alias: Pump_1.Speed
      - name: Pumps[0].Running
        alias: Pump_1.Running
      - name: Recipe
      - name: Recipe.Temperature
        writable: true
        min: 20
        max: 95
      - name: Line.Status
      - name: Line.BatchNumber
      - name: Line.Produced
      - name: Alarms
      - name: BatchCounter.PRE
        writable: true
      - name: EnergyKWh
      - name: Program:Main.Step
      - name: Program:Main.StepName
      - name: Program:Packaging.Bottles
      - name: Program:Packaging.Conveyor.SpeedSetpoint
        alias: Conveyor.SpeedSetpoint
        writable: true
        enum: [0, 0.6, 1.2, 1.8]

  - name: Packing
${link(packing)}
    tags:
      - name: Machine_Status.Running
      - name: Machine_Status.Faulted
      - name: Machine_Status.Clear_Fault
        writable: true
      - name: Program:Packaging.Bottles
        alias: Bottles
      - name: Program:Packaging.BottleTarget
        alias: BottleTarget
        writable: true
        min: 0
        max: 100000
      - name: Program:Packaging.Rejects
        alias: Rejects
      - name: Counter
      - name: Ramp
      - name: Sine

mqtt:
  - name: Central
    broker: 127.0.0.1
    port: ${ports.mqtt}
${login('mqtt')}
valkey:
  - name: Central
    address: 127.0.0.1:${ports.valkey}
    enable_writeback: true
${login('valkey')}
kafka:
  - name: Central
    brokers: [127.0.0.1:${ports.kafka}]
    enable_writeback: true
    sasl_mechanism: SCRAM-SHA-512
${login('kafka')}`
}
