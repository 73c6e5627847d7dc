/**
 * Other sites on the brokers of this gateway: presence of gateways, and health of products that have none, of any
 * namespace but ours, heard by a client of its own for each broker. It only listens. On Kafka nobody can be heard without
 * reading every topic of the cluster: there sites are typed or imported.
 */
import type { SeenMessage } from '#main/bridges/inspector'
import type { Sites } from '#main/isolation/sites'
import { keepLinked, type Link } from '#main/link'
import type { Log } from '#main/log'
import { type BrokerState, type EntryId, entryText, type Service } from '#shared/broker'
import { parsePresence } from '#shared/isolation-record'
import type { EntryParts } from './parts.ts'
import type { ReadableCell } from './view.ts'

/** A namespace alone, and with a selector. */
const filters: Partial<Record<Service, readonly string[]>> = {
  mqtt: ['+/_gw/+', '+/+/_gw/+', '+/+/health', '+/+/+/health'],
  valkey: ['*:_gw:presence', '*:health'],
}
/** A broker that refuses so often does not let us listen: it is asked again when the entry connects anew. */
const mostRefusals = 3
const backoff = { firstMs: 1_000, lastMs: 10_000 }

export interface OtherSitesOptions {
  /** Changes where entries begin or end. */
  readonly parts: ReadableCell<unknown>
  entries(): Iterable<EntryParts>
  readonly sites: Pick<Sites, 'heard'>
  readonly log: Log
}

/** Listens as long as an entry of a broker is connected. Returns how to stop. */
export function hearOtherSites({ parts, entries, sites, log }: OtherSitesOptions): () => Promise<void> {
  const running = new Map<string, { readonly entry: EntryParts; stop(): Promise<void> }>()

  function reconcile() {
    const wanted = new Map<string, EntryParts>()
    for (const entry of entries()) {
      const { id, broker, clients } = entry.made
      const place = `${id.service} ${broker}`
      // Entries of one broker hear the same.
      if (clients && filters[id.service] && !wanted.has(place)) wanted.set(place, entry)
    }
    for (const [place, { entry, stop }] of running) {
      if (wanted.get(place) === entry) continue
      running.delete(place)
      void stop()
    }
    for (const [place, entry] of wanted) {
      if (!running.has(place)) running.set(place, { entry, stop: hearWhileConnected(entry, sites, log) })
    }
  }

  const unsubscribe = parts.subscribe(reconcile)
  reconcile()
  return async () => {
    unsubscribe()
    const stopping = [...running.values()].map(({ stop }) => stop())
    running.clear()
    await Promise.all(stopping)
  }
}

function hearWhileConnected({ made, part }: EntryParts, sites: Pick<Sites, 'heard'>, log: Log): () => Promise<void> {
  let link: Link | undefined
  const follow = (state: BrokerState) => {
    if (state.kind === 'connected') link ??= listen()
    else {
      void link?.stop()
      link = undefined
    }
  }

  function listen(): Link {
    const { id, clients } = made
    let refusals = 0
    const opened: Link = keepLinked({
      connect: (signal) => {
        if (!clients) throw new Error(`${entryText(id)}: there are no clients for it`)
        return clients.inspector().watch(filters[id.service] ?? [], (message) => hear(id, message, sites), signal)
      },
      use: async () => {
        refusals = 0
      },
      onState: (state) => {
        if (state.kind !== 'waiting' || ++refusals < mostRefusals) return
        log.info(`${entryText(id)}: other sites are not heard there: ${state.error.message}`)
        void opened.stop()
      },
      backoff,
    })
    return opened
  }

  const unfollow = part.state.subscribe(follow)
  follow(part.state.getState())
  return async () => {
    unfollow()
    await link?.stop()
  }
}

function hear(entry: EntryId, { address, payload, at, retained }: SeenMessage, sites: Pick<Sites, 'heard'>) {
  // What the broker kept says nothing about now; a live gateway speaks every few seconds.
  if (retained || payload.byteLength === 0 || payload.byteLength > mostBytes) return
  const text = Buffer.from(payload).toString()
  const parts = address.split(entry.service === 'mqtt' ? '/' : ':')
  if (parts.includes('_gw')) {
    const record = parsePresence(text)
    if (!record || record.state === 'gone') return
    const { namespace, instance, site, plcs } = record
    return sites.heard({ namespace, entry, at, instance, site, plcs })
  }
  const [namespace] = parts
  if (namespace !== undefined && isHealth(text)) sites.heard({ namespace, entry, at })
}

/** Longest record or health that is read, in bytes. */
const mostBytes = 64 * 1024

/** Other programs have topics that end like this too. */
function isHealth(text: string): boolean {
  try {
    const { plc, online, status }: { plc?: unknown; online?: unknown; status?: unknown } = JSON.parse(text) ?? {}
    return typeof plc === 'string' && typeof online === 'boolean' && typeof status === 'string'
  } catch {
    return false
  }
}
