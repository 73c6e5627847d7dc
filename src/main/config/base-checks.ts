/** Checks of the broker entries against each other: no name may be two things at once on one broker. */
import { normalAddress, splitAddress } from '#shared/address'
import { entryText, type Service, services } from '#shared/broker'
import { base, kafkaNames } from '#shared/names/build'
import { type BaseUse, baseCollisions, repeats } from '#shared/names/collisions'
import { mqttAddress } from './complete.ts'
import type { Draft } from './draft.ts'
import type { Problems } from './problems.ts'
import type { Group } from './read-group.ts'
import type { FileEntry, FileKafka, FileMqtt, FileValkey } from './schema.ts'

interface Use extends BaseUse {
  readonly group: Group<FileEntry>
}

/** Runs over whatever is well formed. */
export function checkBases(draft: Draft, problems: Problems): void {
  // Entries clash whatever the namespace is: a mistake in it hides no other.
  const namespace = draft.namespace ?? '‹namespace›'
  const uses = services.flatMap((service) =>
    draft[service].map((group: Group<FileEntry>): Use => {
      const { selector } = group.part
      return {
        service,
        namespace,
        ...(selector === undefined ? {} : { selector }),
        brokers: brokersOf(service, group),
        group,
      }
    }),
  )
  // An entry whose selector is not well formed has no base yet.
  const known = uses.filter(({ group }) => !group.broken.includes('selector'))
  const enabled = known.filter(({ group }) => group.part.enabled !== false)
  for (const { first, second, text } of baseCollisions(enabled)) tell(first, second, text, problems.error)
  const others = baseCollisions(known).filter(
    ({ first, second }) => !enabled.includes(first) || !enabled.includes(second),
  )
  for (const { first, second, text } of others)
    tell(first, second, `${text} (one of them is disabled, and can not be enabled so)`, problems.warn)
  checkSharedIds(enabled, problems)

  function tell(first: Use, second: Use, text: string, add: Problems['error']) {
    const other = `${entryText({ service: first.service, name: first.group.part.name ?? '?' })} (line ${problems.lineOf(first.group.path)})`
    add(second.group.path, `clashes with ${other}: ${text}.`)
  }
}

/** Two MQTT clients of one id evict each other for ever; two members of one group share the requests. */
function checkSharedIds(uses: readonly Use[], problems: Problems): void {
  const ids = uses.flatMap((use) => {
    const id = idOf(use)
    return id ? use.brokers.map((broker) => ({ ...id, on: `${use.service} ${broker} ${id.id}`, group: use.group })) : []
  })
  for (const { first, again } of repeats(ids, ({ on }) => on)) {
    // Two derived ids are only the same where the bases are, which has been told.
    if (first.group === again.group || !(first.configured || again.configured)) continue
    const [here, there] = again.configured ? [again, first] : [first, again]
    const where = `line ${problems.lineOf([...there.group.path, there.key])}`
    problems.error(
      [...here.group.path, here.key],
      `is the same as that of another entry on this broker (${where}). Change one of them, or leave the key out.`,
    )
  }
}

function idOf({ service, namespace, selector, group }: Use) {
  const part: Partial<FileMqtt & FileKafka> = group.part
  if (service === 'mqtt')
    return part.client_id === undefined ? undefined : { id: part.client_id, key: 'client_id', configured: true }
  if (service === 'valkey') return undefined
  const id = part.consumer_group ?? kafkaNames.writersGroup(base(service, namespace, selector))
  return { id, key: 'consumer_group', configured: part.consumer_group !== undefined }
}

function brokersOf(service: Service, { part }: Group<FileEntry>): string[] {
  if (service === 'mqtt') {
    const address = mqttAddress(part)
    return address?.ok ? [normalAddress({ host: address.broker, port: address.port })] : []
  }
  const own: Partial<FileValkey & FileKafka> = part
  const addresses = service === 'valkey' ? [own.address ?? ''] : (own.brokers ?? [])
  return addresses.flatMap((text) => {
    const parts = splitAddress(text, service === 'valkey' ? 6379 : 9092)
    return parts ? [normalAddress(parts)] : []
  })
}
