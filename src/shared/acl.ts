/**
 * Access rules for one base on a broker, ready to copy: a file for mosquitto, `ACL SETUSER` for Redis and Valkey,
 * `kafka-acls` lines. For the gateway and for a requester (a program that sends writes and reads their answers). Pure.
 * Patterns always end in the separator: `factory-a*` would also open `factory-ab`.
 */
import type { Service } from './broker.ts'
import { kafkaNames, kafkaTopics, mqttNames, valkeyNames } from './names/build.ts'

export type AclRole = 'gateway' | 'requester'

/** The lines of one role. `user`: the login; '' where the configuration names none, then one is proposed. */
export function aclLines(service: Service, base: string, user: string, role: AclRole): readonly string[] {
  const login = user || `${base.replace(/[^A-Za-z0-9._-]/g, '-')}-${role}`
  return rules[service](base, login, role)
}

/** What is to be done with the lines, one sentence. */
export const aclHow: Readonly<Record<Service, string>> = {
  mqtt: 'Put these lines into the acl_file of mosquitto and reload it (SIGHUP). Other brokers: the same topics in their own words.',
  valkey: 'Run these commands with valkey-cli or redis-cli as an administrator, then ACL SAVE. Replace PASSWORD.',
  kafka: 'Run these commands where Kafka is installed; replace BROKER by its address.',
}

type Rules = (base: string, user: string, role: AclRole) => readonly string[]

const rules: Readonly<Record<Service, Rules>> = { mqtt: mqttRules, valkey: valkeyRules, kafka: kafkaRules }

/** The gateway's own requester (isolation run, tester) sends requests with the same login: hence all of its base. */
function mqttRules(base: string, user: string, role: AclRole): readonly string[] {
  if (role === 'gateway') return [`user ${user}`, `topic readwrite ${base}/#`]
  return [
    `user ${user}`,
    `topic write ${mqttNames.writeFilter(base)}`,
    `topic read ${mqttNames.responseFilter(base)}`,
    `topic read ${base}/+/tags/#`,
    `topic read ${mqttNames.healthFilter(base)}`,
  ]
}

const gatewayCommands = [
  ...[
    'get',
    'mget',
    'set',
    'del',
    'unlink',
    'expire',
    'pexpire',
    'ttl',
    'pttl',
    'exists',
    'type',
    'scan',
    'strlen',
    'getrange',
  ],
  ...['rpush', 'lpush', 'blpop', 'lpop', 'lrem', 'lindex', 'lrange', 'llen', 'lpos', 'renamenx'],
  ...['publish', 'subscribe', 'psubscribe', 'unsubscribe', 'punsubscribe'],
  ...['eval', 'evalsha', 'script|load', 'multi', 'exec', 'discard'],
  ...['ping', 'hello', 'auth', 'select', 'quit', 'reset', 'info', 'time', 'command'],
  ...['client|setname', 'client|id', 'client|list', 'client|unblock'],
] as const

const requesterCommands = [
  ...['rpush', 'llen', 'lpos', 'lrange', 'lrem', 'exists', 'type'],
  ...['subscribe', 'psubscribe', 'unsubscribe', 'punsubscribe'],
  ...['ping', 'hello', 'auth', 'select', 'quit', 'reset', 'info', 'command', 'multi', 'exec', 'discard', 'eval'],
  ...['client|setname', 'client|id'],
] as const

/** A user may subscribe to a pattern only where a rule has the very same: hence the one of health beside all. */
function valkeyRules(base: string, user: string, role: AclRole): readonly string[] {
  const commands = (names: readonly string[]) => `-@all ${names.map((name) => `+${name}`).join(' ')}`
  if (role === 'gateway') {
    const channels = `&${base}:* &${valkeyNames.health(base, '*')}`
    return [`ACL SETUSER ${user} reset on >PASSWORD ~${base}:* ${channels} ${commands(gatewayCommands)}`]
  }
  const names = `~${valkeyNames.writes(base)} &${valkeyNames.responses(base)}`
  return [`ACL SETUSER ${user} reset on >PASSWORD ${names} ${commands(requesterCommands)}`]
}

/** Topics are named one by one. Groups that only watch have a random end: their prefix ends in the separator. */
function kafkaRules(base: string, user: string, role: AclRole): readonly string[] {
  const add = `kafka-acls --bootstrap-server BROKER --add --allow-principal User:${user}`
  const topics = (names: readonly string[], ...operations: string[]) =>
    `${add} ${operations.map((one) => `--operation ${one}`).join(' ')} ${names.map((name) => `--topic ${name}`).join(' ')}`
  const watching = `${add} --operation Read --operation Describe --operation Delete --group ${base}-watch- --resource-pattern-type prefixed`
  if (role === 'requester') {
    return [
      topics([kafkaNames.writes(base)], 'Write', 'Describe'),
      topics([kafkaNames.responses(base)], 'Read', 'Describe'),
      watching,
    ]
  }
  return [
    topics(kafkaTopics(base), 'Read', 'Write', 'Describe', 'Create'),
    `${add} --operation Read --operation Describe --group ${kafkaNames.writersGroup(base)}`,
    watching,
  ]
}
