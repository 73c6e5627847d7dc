/** The multi-instance guide's verification checklist and troubleshooting entries, with what this gateway knows of each. Pure. */
import type { StateKind } from '#renderer/ui/State.tsx'
import type { ClaimStatus, OtherSite } from '#shared/isolation'
import { isProbeId } from '#shared/isolation-run'
import type { EndedRequest, WriteMode } from '#shared/write'

export interface Link {
  readonly text: string
  /** Screen and path, as for `placeHash`. */
  readonly screen: string
  readonly path: readonly string[]
}

export interface GuideItem {
  readonly id: string
  readonly title: string
  readonly state: StateKind
  /** The state in a word. */
  readonly word: string
  /** What is known, a line each. */
  readonly known: readonly string[]
  readonly links: readonly Link[]
}

export interface Known {
  readonly namespace: string
  readonly claim?: ClaimStatus | undefined
  readonly sites: readonly OtherSite[]
  /** Names of this configuration: how many (undefined while they are being counted), on how many entries. */
  readonly names: number | undefined
  readonly entries: number
  readonly mode?: WriteMode | undefined
  readonly plcsOffline: readonly string[]
  readonly writableTags: number
  /** The last requests that were refused, newest first. */
  readonly refused: readonly EndedRequest[]
}

const runLink: Link = { text: 'Run the checks', screen: 'isolation', path: [] }

export function checklist(known: Known): readonly GuideItem[] {
  return [unique(known), documented(known), dashboards(known), senders(known)]
}

function unique({ namespace, claim, sites, names, entries }: Known): GuideItem {
  const twins = sites.filter((site) => site.namespace === namespace)
  const kind = claim?.gateway.kind
  const contested = kind === 'contested' || kind === 'standby' || twins.length > 0
  const held = kind === 'held'
  return {
    id: 'unique',
    title: 'Each instance has a unique namespace',
    state: contested ? 'bad' : held ? 'ok' : 'unproven',
    word: contested ? 'not alone' : held ? 'alone as far as seen' : 'not proven yet',
    known: [
      `${namespace}: ${names === undefined ? 'names' : `${names} names`} on ${entries} broker ${entries === 1 ? 'entry' : 'entries'}`,
      sites.length === 0
        ? 'No other site is known on these brokers'
        : `Others known: ${sites.map((site) => site.namespace).join(', ')}`,
      ...twins.map(({ site }) => `${site || 'Another site'} has the same namespace`),
    ],
    links: [
      { text: 'All names before and after', screen: 'settings', path: ['namespace'] },
      runLink,
      { text: 'Step by step to go-live', screen: 'settings', path: ['help', 'go-live'] },
    ],
  }
}

function documented({ namespace, sites }: Known): GuideItem {
  const named = sites.filter(({ site }) => site !== '').length
  return {
    id: 'documented',
    title: 'Documentation records which namespace belongs to which site',
    state: sites.length > 0 && named === sites.length ? 'ok' : 'unproven',
    word:
      sites.length === 0
        ? 'no list yet'
        : `${named} of ${sites.length} ${sites.length === 1 ? 'site has' : 'sites have'} a name`,
    known: [`The report of the run names this site, ${namespace}, its PLC serials and every name it uses`],
    links: [runLink, { text: 'Name this site', screen: 'settings', path: ['site'] }],
  }
}

function dashboards({ namespace }: Known): GuideItem {
  return {
    id: 'dashboards',
    title: 'Monitoring dashboards filter by namespace',
    state: 'off',
    word: 'to be looked at there',
    known: [
      `This site alone: ${namespace}/# (MQTT), ${namespace}:* (Valkey), topic ${namespace} (Kafka)`,
      'All sites: +/+/tags/# does not see entries with a selector; add +/+/+/tags/#',
    ],
    links: [{ text: 'See what goes by', screen: 'monitor', path: [] }],
  }
}

/** What an isolation run or the tester has sent to be refused says nothing about anybody else. */
function byOthers(refused: readonly EndedRequest[]): readonly EndedRequest[] {
  return refused.filter(({ requestId = '' }) => !isProbeId(requestId))
}

function senders({ refused: all, namespace }: Known): GuideItem {
  const refused = byOthers(all)
  const wrong = refused.filter(({ check }) => check === 'namespace')
  return {
    id: 'senders',
    title: 'Write request senders know which namespace to target',
    state: wrong.length > 0 ? 'warn' : 'off',
    word: wrong.length > 0 ? `${wrong.length} named another one lately` : 'no mismatch lately',
    known: wrong.length > 0 ? wrong.slice(0, 3).map(requestLine) : [`Every request names ${namespace} in its message`],
    links: [
      { text: 'Ready-made commands', screen: 'writeback', path: [] },
      { text: 'Journal', screen: 'writeback', path: ['journal'] },
    ],
  }
}

export function troubleshooting(known: Known): readonly GuideItem[] {
  return [wrongInstance(known), nowhere(known), duplicates(known)]
}

function wrongInstance({ claim, namespace }: Known): GuideItem {
  const kind = claim?.gateway.kind
  const bad = kind === 'contested' || kind === 'standby'
  return {
    id: 'wrong-instance',
    title: 'Write executed on wrong instance',
    state: bad ? 'bad' : kind === 'held' ? 'ok' : 'unproven',
    word: kind ? `claim ${kind}` : 'claim not known',
    known: [
      `Cause: two instances with one namespace. This gateway writes only while it holds ${namespace} alone.`,
      'Fix: a namespace of its own for each site; the window changes it without a restart of the application.',
    ],
    links: [
      { text: 'Change the namespace', screen: 'settings', path: ['namespace'] },
      { text: 'PLC pins', screen: 'plcs', path: [] },
    ],
  }
}

function nowhere({ mode, plcsOffline, writableTags, refused: all }: Known): GuideItem {
  const refused = byOthers(all)
  const reasons = [
    ...(mode === 'read-only' ? ['Write mode is read-only: every request is refused'] : []),
    ...(plcsOffline.length > 0 ? [`Not connected: ${plcsOffline.join(', ')}`] : []),
    ...(writableTags === 0 ? ['No tag is writable'] : []),
  ]
  return {
    id: 'nowhere',
    title: 'Write not executed anywhere',
    state: reasons.length > 0 || refused.length > 0 ? 'warn' : 'ok',
    word:
      reasons.length > 0
        ? 'a reason is here'
        : refused.length > 0
          ? `${refused.length} refused lately`
          : 'none refused lately',
    known: [...reasons, ...refused.slice(0, 3).map(requestLine)],
    links: [
      { text: 'Paste the request: why?', screen: 'writeback', path: ['why'] },
      { text: 'Log, with debug switches', screen: 'log', path: [] },
    ],
  }
}

function duplicates({ claim }: Known): GuideItem {
  const strangers = claim?.entries.flatMap(({ heard }) => heard) ?? []
  const acting = strangers.filter(({ kind }) => kind === 'stranger')
  return {
    id: 'duplicates',
    title: 'Duplicate tag publications',
    state: acting.length > 0 ? 'bad' : strangers.length > 0 ? 'warn' : claim ? 'ok' : 'unproven',
    word:
      acting.length > 0
        ? 'somebody publishes as this gateway'
        : strangers.length > 0
          ? 'guests under our base'
          : 'nobody else heard',
    known: strangers.slice(0, 4).map(({ address, kind, count }) => `${kind}: ${address}, ${count} messages`),
    links: [{ text: 'What others publish', screen: 'monitor', path: [] }, runLink],
  }
}

function requestLine({ plc, tag, error }: EndedRequest): string {
  return `${plc || 'no PLC'}/${tag || 'no tag'}: ${error}`
}
