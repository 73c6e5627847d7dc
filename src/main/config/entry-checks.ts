/** Checks of each broker entry: its references, its TLS and login keys, the names it was given. */
import { type Service, services } from '#shared/broker'
import { base } from '#shared/names/build'
import { repeats } from '#shared/names/collisions'
import { baseProblem, ownedNameProblem, selectorProblem } from '#shared/names/rules'
import { mqttAddress } from './complete.ts'
import { type Draft, named, noSuchPlc } from './draft.ts'
import { referenceOf } from './fields.ts'
import type { Path, Problems } from './problems.ts'
import type { Group } from './read-group.ts'
import type { FileEntry, FileKafka, FileMqtt } from './schema.ts'

/** Runs over whatever is well formed. */
export function checkEntries(draft: Draft, problems: Problems): void {
  for (const service of services) checkService(draft, service, problems)
  for (const entry of draft.mqtt) checkMqtt(draft, entry, problems)
  for (const entry of draft.kafka) checkKafka(draft, entry, problems)
}

function checkService(draft: Draft, service: Service, problems: Problems): void {
  const entries: readonly Group<FileEntry>[] = draft[service]
  for (const { first, again } of repeats(named(entries), (entry) => entry.part.name ?? '')) {
    const where = `line ${problems.lineOf([...first.path, 'name'])}`
    problems.error(
      [...again.path, 'name'],
      `the name is already given to another entry under ${service} (${where}). Rename one of them.`,
    )
  }
  for (const entry of entries) {
    for (const [index, name] of (entry.part.plcs ?? []).entries()) {
      if (!draft.plcs.some(({ part }) => part.name === name))
        problems.error([...entry.path, 'plcs', index], noSuchPlc(name, draft))
    }
    checkSelector(draft, service, entry, problems)
    checkTls(entry, problems)
    checkLogin(entry, problems)
  }
}

function checkSelector(draft: Draft, service: Service, { path, part }: Group<FileEntry>, problems: Problems): void {
  if (part.selector === undefined) return
  const problem =
    selectorProblem(
      part.selector,
      draft.plcs.flatMap((plc) => plc.part.name ?? []),
    ) ??
    (draft.namespace && baseProblem(base(service, draft.namespace, part.selector)))
  if (problem) problems.error([...path, 'selector'], `${problem}.`)
}

function checkTls({ path, part }: Group<FileEntry>, problems: Problems): void {
  if (part.cert_file !== undefined && part.key_file === undefined)
    problems.error([...path, 'cert_file'], 'needs key_file beside it.')
  if (part.key_file !== undefined && part.cert_file === undefined)
    problems.error([...path, 'key_file'], 'needs cert_file beside it.')
  const address = 'broker' in part ? mqttAddress(part) : undefined
  if (part.use_tls || (address?.ok && address.useTls)) return
  for (const key of ['ca_file', 'cert_file', 'key_file', 'tls_server_name'] as const) {
    if (part[key] !== undefined)
      problems.warn([...path, key], 'has no effect: the connection is not encrypted. Set use_tls: true.')
  }
}

function checkLogin({ path, part }: Group<FileEntry>, problems: Problems): void {
  if (part.password === undefined || referenceOf(part.password)) return
  problems.warn(
    [...path, 'password'],
    `stands in clear in the file. Write \${ENV_NAME}, or \${secret:NAME} and keep it in the key store of the system or in the .secrets file.`,
  )
}

function checkMqtt(draft: Draft, { path, part }: Group<FileMqtt>, problems: Problems): void {
  const address = mqttAddress(part)
  if (address && !address.ok) problems.error([...path, address.key], address.problem)
  if (part.password !== undefined && part.username === undefined) {
    problems.warn([...path, 'password'], 'is sent without a user name; most brokers refuse that. Set username.')
  }
  checkOwned(draft, [...path, 'client_id'], part.client_id, problems)
}

function checkKafka(draft: Draft, { path, part }: Group<FileKafka>, problems: Problems): void {
  checkOwned(draft, [...path, 'consumer_group'], part.consumer_group, problems)
  const login = part.username !== undefined && part.password !== undefined
  if (part.sasl_mechanism && !login)
    problems.error([...path, 'sasl_mechanism'], 'needs username and password beside it.')
  const key = part.username !== undefined ? 'username' : 'password'
  if (!part.sasl_mechanism && part[key] !== undefined) {
    problems.error([...path, key], 'needs sasl_mechanism beside it: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.')
  }
}

function checkOwned(draft: Draft, path: Path, name: string | undefined, problems: Problems): void {
  const problem = name !== undefined && draft.namespace !== undefined && ownedNameProblem(name, draft.namespace)
  if (problem) problems.error(path, `${problem}.`)
}
