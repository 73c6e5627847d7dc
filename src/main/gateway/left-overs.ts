/** What stands at a broker under a base, and its removal after a backup. */
import { writeFile } from 'node:fs/promises'
import type { Inspector, LeftOver } from '#main/bridges/inspector'
import { asError } from '#main/link'
import type { EntryId, Service } from '#shared/broker'
import type { Config } from '#shared/config'
import type { RemovalReport } from '#shared/contract/left-overs'
import { base as baseOf, kafkaNames, kafkaTopics } from '#shared/names/build'
import { baseProblem, namespaceProblem } from '#shared/names/rules'
import { derivedNames } from '#shared/names/table'
import { RpcError } from '#shared/rpc'
import type { LeftOverItem, LeftOverList } from '#shared/site'
import type { ClientsOf } from './clients.ts'
import { neededConfig, neededEntry } from './needed.ts'
import type { Site } from './site.ts'

/** A whole look or removal takes no longer, in ms. */
const longestMs = 60_000
const longestPreview = 200

type Named = Pick<LeftOver, 'kind' | 'name'>

export async function listLeftOvers(
  site: Site,
  clientsOf: ClientsOf,
  { entry, base }: { readonly entry: EntryId; readonly base: string },
  signal: AbortSignal,
): Promise<LeftOverList> {
  const inspector = await inspectorFor(site, clientsOf, entry, base)
  const { found, more, note } = await inspector.leftOvers(base, limited(signal)).catch(refuse)
  const inUse = usedBy(neededConfig(site), entry.service)
  const items = found.map(
    ({ kind, name, size, lag, content }): LeftOverItem => ({
      kind,
      name,
      size,
      ...(lag === undefined ? {} : { lag }),
      preview: (content[0] ?? '').slice(0, longestPreview),
      inUse: inUse(name),
    }),
  )
  return { entry, base, items, more, note }
}

/** Nothing is removed that is not in the backup first, nor what the running configuration uses. */
export async function removeLeftOvers(
  site: Site,
  clientsOf: ClientsOf,
  { entry, base, names }: { readonly entry: EntryId; readonly base: string; readonly names: readonly Named[] },
  signal: AbortSignal,
): Promise<RemovalReport> {
  const inUse = usedBy(neededConfig(site), entry.service)
  const kept = names.find(({ name }) => inUse(name))
  if (kept) throw new RpcError('refused', `${kept.name}: this gateway uses it now. Nothing was removed.`)
  const inspector = await inspectorFor(site, clientsOf, entry, base)
  const bounded = limited(signal)
  const { found } = await inspector.leftOvers(base, bounded).catch(refuse)
  const wanted = new Set(names.map(keyOf))
  const there = found.filter((item) => wanted.has(keyOf(item)))
  const partly = there.find((item) => !item.complete && item.kind !== 'topic' && item.kind !== 'group')
  if (partly) {
    const text = `${partly.name}: it is too large for the backup. Nothing was removed. Remove it with the broker's own tools.`
    throw new RpcError('refused', text)
  }
  const gone = names
    .filter((name) => !there.some((item) => keyOf(item) === keyOf(name)))
    .map(({ name }) => ({ name, error: 'it is not there any more' }))
  if (there.length === 0) return { backup: '', removed: 0, failed: gone }
  const backup = await writeBackup(site, entry, there)
  const removals = await inspector
    .remove(
      base,
      there.map(({ kind, name }) => ({ kind, name })),
      bounded,
    )
    .catch(refuse)
  const failed = removals.flatMap((removal) => (removal.ok ? [] : [{ name: removal.name, error: removal.error }]))
  return { backup, removed: removals.length - failed.length, failed: [...gone, ...failed] }
}

/** JSON lines, one for each name. A new file each time. */
async function writeBackup(site: Site, entry: EntryId, items: readonly LeftOver[]): Promise<string> {
  const time = new Date().toISOString()
  const path = `${site.configPath}.left-overs-${time.replace(/[:.]/g, '-')}.jsonl`
  const lines = items.map(({ kind, name, size, content }) => JSON.stringify({ time, entry, kind, name, size, content }))
  try {
    await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new RpcError(
      'refused',
      `${path}: the backup can't be written (${asError(error).message}). Nothing was removed.`,
    )
  }
  return path
}

async function inspectorFor(site: Site, clientsOf: ClientsOf, entry: EntryId, base: string): Promise<Inspector> {
  neededEntry(site, entry)
  const problem = baseProblemOf(entry.service, base)
  if (problem) throw new RpcError('refused', `${base}: ${problem}.`)
  const clients = await clientsOf(neededConfig(site), entry)
  if (!clients.ok) throw new RpcError('refused', clients.error)
  return clients.value.inspector()
}

/** A namespace, with a selector where the service writes one after a separator. */
function baseProblemOf(service: Service, base: string): string | undefined {
  const parts = service === 'kafka' ? [base] : base.split(service === 'mqtt' ? '/' : ':')
  if (parts.length > 2) return 'is no base: expected a namespace, or a namespace and a selector'
  return parts.map((part) => namespaceProblem(part)).find((problem) => problem !== undefined) ?? baseProblem(base)
}

/** Whether the running configuration publishes or listens under this name. */
function usedBy(config: Config, service: Service): (name: string) => boolean {
  const used = new Set(
    // Of this service alone: each tag has a name on each of them.
    derivedNames({ ...config, mqtt: [], valkey: [], kafka: [], [service]: config[service] })
      .filter(({ kind }) => kind !== 'record key')
      .map(({ name }) => name),
  )
  for (const { selector } of config[service]) {
    const own = baseOf(service, config.namespace, selector)
    if (service === 'kafka') {
      for (const name of [...kafkaTopics(own), kafkaNames.writersGroup(own)]) used.add(name)
    }
  }
  // Presence, holder and owner belong to the claim.
  const claims = config[service].map(({ selector }) => {
    const own = baseOf(service, config.namespace, selector)
    return service === 'mqtt' ? `${own}/_gw/` : `${own}:_gw:`
  })
  const isClaim = (name: string) => claims.some((head) => name.startsWith(head)) && !name.includes(':_gw:stale:')
  return (name) => used.has(name) || isClaim(name)
}

const keyOf = ({ kind, name }: Named) => `${kind} ${name}`

function limited(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(longestMs)])
}

/** A broker that can't be reached or refuses is an expected no. */
function refuse(error: unknown): never {
  throw new RpcError('refused', asError(error).message)
}
