/** Another site that agreed to be written to by an isolation run: its configuration file, and clients on its brokers. */
import { readConfigFile } from '#main/config/file'
import { companionPath } from '#main/config/paths'
import { openSecretFile } from '#main/config/secret-file'
import type { Sibling } from '#main/isolation/run/context'
import { entryText } from '#shared/broker'
import { brokerAddress } from './bridges.ts'
import { type ClientSources, clientsFor } from './clients.ts'
import { entryConfig, entryIds } from './parts.ts'

/** A text where the file, or a secret of it, can't be read. Its passwords are those beside its file, never our own. */
export async function openSibling(
  path: string,
  { secrets: { env }, ...rest }: ClientSources,
): Promise<Sibling | string> {
  const store = openSecretFile(companionPath(path, 'secrets'), (text) => rest.log('isolation').warn(text))
  const sources: ClientSources = { ...rest, secrets: { env, store } }
  const read = await readConfigFile(path)
  if (!read.ok) {
    const problem = read.problems.find(({ severity }) => severity === 'error')
    return `${path}: ${problem ? `line ${problem.line}: ${problem.text}` : 'it can not be read'}`
  }
  const { config } = read
  const entries: Sibling['entries'][number][] = []
  for (const id of entryIds(config)) {
    const entry = entryConfig(config, id)
    if (!entry?.enabled) continue
    const clients = await clientsFor(config, id, sources)
    if (!clients.ok) return `${path}: ${clients.error}`
    const { base, requester, inspector } = clients.value
    const key = `${config.namespace} ${entryText(id)}`
    entries.push({ id, key, base, broker: brokerAddress(entry), config: entry, requester, inspector })
  }
  return { config, entries }
}
