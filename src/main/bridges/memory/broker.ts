/**
 * A broker in this process, for tests of the middle: topics, filters and retained messages as on MQTT 5. Bridges
 * connect to it through `memory/bridge.ts`; a test acts as the outside world through the rest.
 */

/** A message as a subscriber gets it. */
export interface MemoryMessage {
  readonly address: string
  readonly payload: string
  /** As it was sent (retain as published). */
  readonly retained: boolean
  /** It was kept here before the subscription. */
  readonly stored?: true
}

export interface MemorySubscription {
  /** Sends what is stored under the filter first. */
  readonly stored?: boolean
  /** Keeps the session's own messages from it. */
  readonly noLocal?: boolean
}

export interface MemoryBroker {
  /** What is stored now, by address. */
  readonly retained: ReadonlyMap<string, string>
  /** Number of bridges connected now. */
  connections(): number
  /** An outside client sends: a write request, or a foreign message. Stored too where `retain`. */
  send(address: string, payload: string, options?: { readonly retain?: boolean }): void
  /** An outside client listens from now on; `filter` may have `+` and `#`. Returns how to stop. */
  watch(filter: string, onMessage: (message: MemoryMessage) => void): () => void
  /**
   * Takes a right away, as an MQTT broker does it: without a word. Messages of clients whose id matches go nowhere
   * (`publish`), or none is delivered to them (`receive`), on topics under `filter`. Returns how to give it back.
   */
  forbid(client: RegExp, what: 'publish' | 'receive', filter: string): () => void
  /** The same for `publish`, as MQTT 5 does it: the sender is told. Returns how to give the right back. */
  deny(client: RegExp, filter: string): () => void
  /** Every connection breaks now; last wills are published. */
  cut(why?: string): void
  /** New connections fail with this text until `accept`. */
  refuse(why?: string): void
  accept(): void
  /** Connections stay, but nothing is confirmed or delivered until `thaw`. */
  freeze(): void
  thaw(): void
  /** For the bridge: one connection. A second one with the same client id evicts the first. Throws while refusing. */
  connect(client: MemoryClient): MemorySession
}

export interface MemoryClient {
  readonly clientId: string
  readonly will?: MemoryMessage
  onMessage(message: MemoryMessage): void
  onLost(why: string): void
}

export interface MemorySession {
  /** `settled` is called later, in the order of the calls, or never when the connection is lost before; with why it was refused. */
  publish(message: MemoryMessage, settled: (refused?: string) => void): void
  /** Messages under `filter` from now on, each once however many filters it matches. Resolves when the broker has it. */
  subscribe(filter: string, options?: MemorySubscription): Promise<void>
  unsubscribe(filter: string): void
  /** In good order: the last will is not published. */
  close(): void
}

interface Session {
  readonly client: MemoryClient
  readonly filters: Map<string, MemorySubscription>
}

export function createMemoryBroker(): MemoryBroker {
  const retained = new Map<string, string>()
  const sessions = new Map<string, Session>()
  const forbidden = new Set<{
    readonly client: RegExp
    readonly what: 'publish' | 'receive'
    readonly filter: string
  }>()
  const denied = new Set<{ readonly client: RegExp; readonly filter: string }>()
  const watchers = new Set<{ readonly filter: string; onMessage(message: MemoryMessage): void }>()
  let refusing = ''
  let frozen = false
  const todo: (() => void)[] = []

  /** Later, in order, and not while frozen. */
  function later(step: () => void) {
    todo.push(step)
    if (todo.length === 1 && !frozen) queueMicrotask(work)
  }

  function work() {
    while (!frozen) {
      const step = todo[0]
      if (!step) return
      step()
      todo.shift()
    }
  }

  const may = (clientId: string, what: 'publish' | 'receive', address: string) =>
    ![...forbidden].some((rule) => rule.what === what && rule.client.test(clientId) && matches(rule.filter, address))

  function deliver({ client }: Session, message: MemoryMessage) {
    if (may(client.clientId, 'receive', message.address)) client.onMessage(message)
  }

  /** `from` absent: an outside client, who may everything. */
  function route(message: MemoryMessage, from?: Session) {
    if (from && !may(from.client.clientId, 'publish', message.address)) return
    if (message.retained) {
      if (message.payload === '') retained.delete(message.address)
      else retained.set(message.address, message.payload)
    }
    for (const watcher of watchers) if (matches(watcher.filter, message.address)) watcher.onMessage(message)
    for (const session of sessions.values()) {
      const wants = [...session.filters].some(
        ([filter, { noLocal }]) => matches(filter, message.address) && !(noLocal && session === from),
      )
      if (wants) deliver(session, message)
    }
  }

  function lose(clientId: string, why: string) {
    const session = sessions.get(clientId)
    if (!session) return
    sessions.delete(clientId)
    const { will } = session.client
    if (will) later(() => route(will, session))
    session.client.onLost(why)
  }

  return {
    retained,
    connections: () => sessions.size,
    send: (address, payload, options = {}) =>
      later(() => route({ address, payload, retained: options.retain ?? false })),
    watch: (filter, onMessage) => {
      const watcher = { filter, onMessage }
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    forbid: (client, what, filter) => {
      const rule = { client, what, filter }
      forbidden.add(rule)
      return () => forbidden.delete(rule)
    },
    deny: (client, filter) => {
      const rule = { client, filter }
      denied.add(rule)
      return () => denied.delete(rule)
    },
    cut: (why = 'connection closed by the broker') => {
      for (const clientId of [...sessions.keys()]) lose(clientId, why)
    },
    refuse: (why = 'connection refused') => {
      refusing = why
    },
    accept: () => {
      refusing = ''
    },
    freeze: () => {
      frozen = true
    },
    thaw: () => {
      frozen = false
      queueMicrotask(work)
    },
    connect: (client) => {
      if (refusing) throw new Error(refusing)
      lose(client.clientId, `another client with the client id "${client.clientId}" took our place`)
      const session: Session = { client, filters: new Map() }
      sessions.set(client.clientId, session)
      const here = () => sessions.get(client.clientId) === session
      return {
        publish: (message, settled) => {
          later(() => {
            if (!here()) return
            const { clientId } = session.client
            if ([...denied].some((rule) => rule.client.test(clientId) && matches(rule.filter, message.address)))
              return settled(`publishing on ${message.address} is not authorized`)
            route(message, session)
            settled()
          })
        },
        subscribe: (filter, options = {}) =>
          new Promise((resolve) => {
            later(() => {
              session.filters.set(filter, options)
              resolve()
              if (!options.stored || !here()) return
              for (const [address, payload] of retained) {
                if (matches(filter, address)) deliver(session, { address, payload, retained: true, stored: true })
              }
            })
          }),
        unsubscribe: (filter) => session.filters.delete(filter),
        close: () => {
          if (here()) sessions.delete(client.clientId)
        },
      }
    },
  }
}

/** Whether an address is under a filter, as MQTT 5 §4.7 has it. */
export function matches(filter: string, address: string): boolean {
  const wanted = filter.split('/')
  const parts = address.split('/')
  for (const [i, want] of wanted.entries()) {
    if (want === '#') return true
    const part = parts[i]
    if (part === undefined || (want !== '+' && want !== part)) return false
  }
  return wanted.length === parts.length
}
