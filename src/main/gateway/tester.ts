/** Requests of the tester through the brokers of the configuration, each entry with a client of its own. */
import type { Requester } from '#main/bridges/requester'
import { type ReadBack, type RequestToTest, testRequest } from '#main/requester/tester'
import { entryText } from '#shared/broker'
import type { TesterHop } from '#shared/tester'
import type { Clients, ClientsOf } from './clients.ts'
import type { Gateway } from './gateway.ts'
import { neededConfig } from './needed.ts'
import { readNow } from './readings.ts'
import type { Site } from './site.ts'

export interface SendOptions extends RequestToTest {
  readonly readBack?: { readonly plc: string; readonly tag: string }
}

export interface Tester {
  /** Sends one request and tells its way. Returns how to give up waiting. */
  send(request: SendOptions, emit: (hop: TesterHop) => void): () => void
  close(): Promise<void>
}

/** An answer may come this much later than the gateway gives up, in ms. */
const slackMs = 5_000
/** A client that is not used is closed after this long, in ms. */
const idleMs = 60_000

interface Kept {
  readonly requester: Requester
  readonly of: string
  users: number
  timer?: NodeJS.Timeout
}

export function createTester(site: Site, clientsOf: ClientsOf): Tester {
  const kept = new Map<string, Kept>()

  /** The entry's client: kept for the next request, made anew where the configuration is another one. */
  function borrow(key: string, of: string, clients: Clients): Kept {
    const there = kept.get(key)
    if (there?.of === of) {
      clearTimeout(there.timer)
      there.users++
      return there
    }
    if (there) retire(key, there)
    const made: Kept = { requester: clients.requester(), of, users: 1 }
    kept.set(key, made)
    return made
  }

  function giveBack(key: string, client: Kept) {
    client.users--
    if (client.users > 0) return
    if (kept.get(key) !== client) return void client.requester.close()
    client.timer = setTimeout(() => retire(key, client), idleMs)
    client.timer.unref()
  }

  function retire(key: string, client: Kept) {
    clearTimeout(client.timer)
    if (kept.get(key) === client) kept.delete(key)
    if (client.users === 0) void client.requester.close()
  }

  async function run(request: SendOptions, emit: (hop: TesterHop) => void, signal: AbortSignal): Promise<void> {
    const config = neededConfig(site)
    const clients = await clientsOf(config, request.entry)
    if (!clients.ok) {
      emit({ kind: 'failed', at: Date.now(), text: clients.error })
      return emit({ kind: 'ended', at: Date.now(), text: '' })
    }
    const key = entryText(request.entry)
    const of = JSON.stringify([config.namespace, config[request.entry.service]])
    const client = borrow(key, of, clients.value)
    const { readBack } = request
    try {
      await testRequest(
        {
          request,
          requester: client.requester,
          timeoutMs: config.write_timeout + slackMs,
          onWrite: site.onWrite,
          ...(readBack ? { readBack: (until) => readTagBack(site.gateway(), readBack, until) } : {}),
          emit,
        },
        signal,
      )
    } finally {
      giveBack(key, client)
    }
  }

  return {
    send: (request, emit) => {
      const leaving = new AbortController()
      const tell = (hop: TesterHop) => {
        if (!leaving.signal.aborted) emit(hop)
      }
      void run(request, tell, leaving.signal).catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error)
        tell({ kind: 'failed', at: Date.now(), text })
        tell({ kind: 'ended', at: Date.now(), text: '' })
      })
      return () => leaving.abort(new Error('given up'))
    },
    close: async () => {
      const all = [...kept.values()]
      kept.clear()
      for (const { timer } of all) clearTimeout(timer)
      await Promise.all(all.map(({ requester }) => requester.close()))
    },
  }
}

/** The value in the PLC now, of a tag by its name or alias. */
async function readTagBack(
  gateway: Gateway | undefined,
  { plc, tag }: { readonly plc: string; readonly tag: string },
  signal: AbortSignal,
): Promise<ReadBack> {
  if (!gateway) return { ok: false, error: `${plc}/${tag}: no gateway runs, so it can't be read` }
  const row = gateway.tags.find(plc, tag) ?? gateway.tags.rowsOf(plc).find((one) => one.tag.alias === tag)
  const { value, at, error } = await readNow(gateway, { plc, address: row?.tag.name ?? tag }, signal)
  return value === undefined ? { ok: false, error: `${plc}/${tag}: ${error}` } : { ok: true, value, at }
}
