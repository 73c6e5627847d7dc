/** Rights on a Kafka of a test. Not part of the application. */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import kafkajs, { type AclEntry, type Admin } from 'kafkajs'
import { expect, vi } from 'vitest'

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

/** Lets a user describe, read and write these topics, and nothing else. */
export async function allowTopics(admin: Admin, user: string, topics: readonly string[]): Promise<void> {
  const operations = [AclOperationTypes.DESCRIBE, AclOperationTypes.READ, AclOperationTypes.WRITE]
  await admin.createAcls({
    acl: topics.flatMap((resourceName) =>
      operations.map((operation) => ({
        resourceType: AclResourceTypes.TOPIC,
        resourceName,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: `User:${user}`,
        host: '*',
        operation,
        permissionType: AclPermissionTypes.ALLOW,
      })),
    ),
  })
  await rightsCount(admin, user, topics)
}

/** Resolves when the broker goes by rights of this user on each of these names: it learns of new ones a little later. */
export async function rightsCount(admin: Admin, user: string, names: readonly string[]): Promise<void> {
  await vi.waitFor(
    async () => {
      const { resources } = await admin.describeAcls({
        resourceType: AclResourceTypes.ANY,
        resourcePatternType: ResourcePatternTypes.ANY,
        principal: `User:${user}`,
        operation: AclOperationTypes.ANY,
        permissionType: AclPermissionTypes.ANY,
      })
      const found = resources.map(({ resourceName }) => resourceName)
      expect(found).toEqual(expect.arrayContaining([...names]))
    },
    { timeout: 10_000 },
  )
}

/** Runs a `kafka-acls …` line as Kafka's own tool does, at `port` where nobody has to log in. */
export async function runAclLine(line: string, port: number): Promise<void> {
  const [tool, ...args] = line.replace(/--bootstrap-server \S+/, `--bootstrap-server 127.0.0.1:${port}`).split(' ')
  if (tool !== 'kafka-acls') throw new Error(`no kafka-acls line: ${line}`)
  const jars = resolve(import.meta.dirname, '../../../../.cache/kafka')
  await promisify(execFile)('java', [
    '-Xmx128m',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    `${jars}/*`,
    'kafka.admin.AclCommand',
    ...args,
  ])
}

/** An administrator's client, at a port where nobody has to log in. */
export async function kafkaAdminAt(port: number): Promise<Admin> {
  const client = new kafkajs.Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: kafkajs.logLevel.NOTHING })
  const admin = client.admin()
  await admin.connect()
  return admin
}

/** Gives a user the rights of these `kafka-acls --add` lines and no others. What it keeps it has all the time. */
export async function setKafkaRights(admin: Admin, user: string, lines: readonly string[]): Promise<void> {
  const wanted = lines.flatMap(entriesOf)
  const before = await rightsOf(admin, user)
  const key = (entry: AclEntry) =>
    JSON.stringify([entry.resourceType, entry.resourceName, entry.resourcePatternType, entry.operation])
  const keys = new Set(wanted.map(key))
  if (wanted.length > 0) await admin.createAcls({ acl: wanted })
  const gone = before.filter((entry) => !keys.has(key(entry)))
  if (gone.length > 0) await admin.deleteAcls({ filters: gone })
  await vi.waitFor(async () => expect((await rightsOf(admin, user)).map(key).sort()).toEqual([...keys].sort()), {
    timeout: 10_000,
  })
}

async function rightsOf(admin: Admin, user: string): Promise<AclEntry[]> {
  const { resources } = await admin.describeAcls({
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    principal: `User:${user}`,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
  })
  return resources.flatMap(({ resourceType, resourceName, resourcePatternType, acls }) =>
    acls.map((acl) => ({ resourceType, resourceName, resourcePatternType, ...acl })),
  )
}

/** `kafka-acls --bootstrap-server BROKER --add --allow-principal User:x --operation Read … --topic a --group b …` */
export function entriesOf(line: string): AclEntry[] {
  const words = line.split(' ')
  const all = (flag: string) => words.flatMap((word, i) => (word === flag ? [words[i + 1] ?? ''] : []))
  const prefixed = all('--resource-pattern-type')[0] === 'prefixed'
  const operations = all('--operation').map((name) => {
    const found = Object.entries(AclOperationTypes).find(([known]) => known === name.toUpperCase())
    if (!found) throw new Error(`${line}: no operation ${name}`)
    return Number(found[1])
  })
  const resources = [
    ...all('--topic').map((name) => [AclResourceTypes.TOPIC, name] as const),
    ...all('--group').map((name) => [AclResourceTypes.GROUP, name] as const),
  ]
  return resources.flatMap(([resourceType, resourceName]) =>
    operations.map((operation) => ({
      resourceType,
      resourceName,
      resourcePatternType: prefixed ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      principal: all('--allow-principal')[0] ?? '',
      host: '*',
      operation,
      permissionType: AclPermissionTypes.ALLOW,
    })),
  )
}
