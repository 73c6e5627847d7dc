/**
 * Other sites on the same brokers, so that names can be compared: typed, from a CSV list, from another site's
 * configuration, or heard. Kept beside the configuration. Foreign namespaces are only ever read.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { asError } from '#main/link'
import { isCode } from '#main/whole-file'
import { type EntryId, entryText } from '#shared/broker'
import type { OtherSite, PlcMark } from '#shared/isolation'
import { namespaceProblem } from '#shared/names/rules'

export interface Sites {
  list(): readonly OtherSite[]
  /** '' where it was added, else what is wrong with it. */
  add(site: Pick<OtherSite, 'namespace' | 'site' | 'bases'>, from: 'typed' | 'configuration'): string
  remove(namespace: string): void
  /** Lines of `site, namespace`; a first line of titles is passed over. */
  importCsv(text: string): { readonly added: readonly OtherSite[]; readonly problems: readonly SiteProblem[] }
  /** A gateway of another namespace was heard on one of our brokers. */
  heard(site: { readonly namespace: string; readonly entry: EntryId; readonly at: number } & Heard): void
  close(): Promise<void>
}

interface Heard {
  readonly instance?: string
  readonly site?: string
  readonly plcs?: readonly PlcMark[]
}

export interface SiteProblem {
  readonly line: number
  readonly text: string
}

/** Most sites in the list. */
const most = 1_000

/** Opens the list; what can't be read is empty and told. `own`: our namespace, which is no other site. */
export async function openSites(path: string, own: () => string, warn: (text: string) => void): Promise<Sites> {
  const sites = new Map<string, OtherSite>()
  for (const site of await readSites(path, warn)) sites.set(site.namespace, site)
  let writing = Promise.resolve()

  function save() {
    const kept = [...sites.values()]
      .filter(({ from }) => from.some((how) => how !== 'heard'))
      .map(({ namespace, site, from, bases }) => ({
        namespace,
        site,
        from: from.filter((how) => how !== 'heard'),
        ...(bases ? { bases } : {}),
      }))
    const text = `${JSON.stringify({ sites: kept }, null, 2)}\n`
    writing = writing
      .then(async () => {
        await writeFile(`${path}.new`, text, { mode: 0o600 })
        await rename(`${path}.new`, path)
      })
      .catch((error: unknown) => warn(`${path}: the list of other sites can't be written (${asError(error).message})`))
  }

  function put(site: OtherSite) {
    if (!sites.has(site.namespace) && sites.size >= most) return
    sites.set(site.namespace, site)
  }

  const list = () => [...sites.values()].filter(({ namespace }) => namespace !== own())

  const add: Sites['add'] = ({ namespace, site, bases }, from) => {
    const problem = namespaceProblem(namespace)
    if (problem) return `namespace ${problem}`
    if (namespace === own()) return `namespace "${namespace}" is this site's own`
    const before = sites.get(namespace)
    put({
      heardOn: [],
      ...before,
      namespace,
      site: site || (before?.site ?? ''),
      from: [...new Set([...(before?.from ?? []), from])],
      ...(bases ? { bases } : {}),
    })
    save()
    return ''
  }

  return {
    list,
    add,
    remove: (namespace) => {
      if (sites.delete(namespace)) save()
    },
    importCsv: (text) => {
      const added: OtherSite[] = []
      const problems: SiteProblem[] = []
      for (const [index, row] of csvRows(text).entries()) {
        const [site = '', namespace = ''] = row
        if (row.length === 0 || (index === 0 && namespace.toLowerCase() === 'namespace')) continue
        const problem = row.length < 2 ? 'expected two columns: site, namespace' : add({ site, namespace }, 'typed')
        const one = sites.get(namespace)
        if (problem) problems.push({ line: index + 1, text: problem })
        else if (one) added.push(one)
      }
      return { added, problems }
    },
    heard: ({ namespace, entry, at, instance, site, plcs }) => {
      if (namespace === own() || namespaceProblem(namespace)) return
      const before = sites.get(namespace)
      const on = before?.heardOn ?? []
      put({
        ...before,
        namespace,
        site: before?.site || (site ?? ''),
        from: [...new Set([...(before?.from ?? []), 'heard' as const])],
        heardOn: on.some((one) => entryText(one) === entryText(entry)) ? on : [...on, entry],
        heardAt: at,
        ...(instance === undefined ? {} : { instance }),
        ...(plcs === undefined ? {} : { plcs }),
      })
    },
    close: () => writing,
  }
}

/** Fields of each line, separated by comma, semicolon or tab; quotes may hold the separator. */
function csvRows(text: string): string[][] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .slice(0, most + 1)
    .map((line) => {
      if (line.trim() === '') return []
      const cells = line.match(/("(?:[^"]|"")*"|[^,;\t]*)(?:[,;\t]|$)/g) ?? []
      return cells
        .map((cell) => cell.replace(/[,;\t]$/, '').trim())
        .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell))
        .slice(0, 2)
    })
}

async function readSites(path: string, warn: (text: string) => void): Promise<readonly OtherSite[]> {
  try {
    const { sites }: { sites?: unknown } = JSON.parse(await readFile(path, 'utf8')) ?? {}
    return Array.isArray(sites) ? sites.flatMap(siteOf).slice(0, most) : []
  } catch (error) {
    if (!isCode(error, 'ENOENT'))
      warn(`${path}: the list of other sites can't be read (${asError(error).message}); it is begun anew`)
    return []
  }
}

function siteOf(value: unknown): OtherSite[] {
  if (typeof value !== 'object' || value === null) return []
  const { namespace, site, from, bases }: Partial<Record<keyof OtherSite, unknown>> = value
  if (typeof namespace !== 'string' || namespaceProblem(namespace)) return []
  const known = Array.isArray(bases) ? bases.flatMap(baseOf) : []
  return [
    {
      namespace,
      site: typeof site === 'string' ? site : '',
      from: Array.isArray(from) && from.includes('configuration') ? ['configuration'] : ['typed'],
      heardOn: [],
      ...(known.length > 0 ? { bases: known } : {}),
    },
  ]
}

function baseOf(value: unknown): { service: EntryId['service']; base: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const { service, base }: { service?: unknown; base?: unknown } = value
  const is = service === 'mqtt' || service === 'valkey' || service === 'kafka'
  return is && typeof base === 'string' ? [{ service, base }] : []
}
