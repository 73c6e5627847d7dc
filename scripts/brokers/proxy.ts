/**
 * A TCP proxy before a server of a test: the network between. It can be cut (connections break, new ones too), stalled
 * (everything stands still and nobody is told, as with a pulled cable), slowed down, and restored.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from './server.ts'

export interface TcpProxy {
  readonly port: number
  /** Connections now. */
  connections(): number
  /** Breaks every connection (reset), and each new one, until `restore`. */
  cut(): void
  /** Breaks every connection once; new ones pass. */
  reset(): void
  /** Nothing passes from now on; connections stay, new ones are taken and get no answer. What is held passes at `restore`. */
  stall(): void
  /** Each byte takes `ms` longer, in both directions and in order; 0 ends it. */
  delay(ms: number): void
  /** All passes as if there were no proxy. */
  restore(): void
  /** For good. Resolves when nothing listens any more. */
  stop(): Promise<void>
}

export interface ProxyOptions {
  /** Port of the server, on 127.0.0.1. It need not listen yet. */
  readonly target: number
  /** Absent: a free one. Kafka needs it before (`advertised.listeners`). */
  readonly port?: number
}

/** Reading stops while so much is held in one direction of a connection, in bytes. */
const mostHeld = 4 * 1024 * 1024

interface Conditions {
  state: 'open' | 'cut' | 'stalled'
  delayMs: number
}

/** Starts it on 127.0.0.1. */
export async function startProxy({ target, port: wanted }: ProxyOptions): Promise<TcpProxy> {
  const conditions: Conditions = { state: 'open', delayMs: 0 }
  const pairs = new Set<Pair>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (conditions.state === 'cut') return void client.resetAndDestroy()
    const pair = join(client, target, conditions)
    pairs.add(pair)
    client.once('close', () => pairs.delete(pair))
  })
  const port = wanted ?? (await freePort())
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const reset = () => {
    for (const pair of pairs) pair.reset()
  }

  return {
    port,
    connections: () => pairs.size,
    cut: () => {
      conditions.state = 'cut'
      reset()
    },
    reset,
    stall: () => {
      conditions.state = 'stalled'
    },
    delay: (ms) => {
      conditions.delayMs = ms
      for (const pair of pairs) pair.move()
    },
    restore: () => {
      conditions.state = 'open'
      conditions.delayMs = 0
      for (const pair of pairs) pair.move()
    },
    stop: async () => {
      reset()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Pair {
  /** Looks again what may pass. */
  move(): void
  reset(): void
}

function join(client: Socket, target: number, conditions: Conditions): Pair {
  let upstream: Socket | undefined
  let there: (() => void) | undefined
  let back: (() => void) | undefined
  const reset = () => {
    client.resetAndDestroy()
    upstream?.resetAndDestroy()
  }
  client.on('error', reset)

  function move() {
    // The server hears of a connection that was made while all stood still only when it goes on.
    if (!upstream && conditions.state === 'open' && !client.destroyed) {
      upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
      upstream.on('error', reset)
      client.once('close', () => upstream?.destroy())
      upstream.once('close', () => client.destroySoon())
      there = forward(client, upstream, conditions)
      back = forward(upstream, client, conditions)
    }
    there?.()
    back?.()
  }
  move()
  return { move, reset }
}

/** Passes bytes on under the conditions. Returns what to call when these change. */
function forward(from: Socket, to: Socket, conditions: Conditions): () => void {
  const held: { readonly chunk: Buffer | 'end'; readonly at: number }[] = []
  let size = 0
  let timer: NodeJS.Timeout | undefined

  function move() {
    clearTimeout(timer)
    for (let next = held[0]; next && conditions.state === 'open'; next = held[0]) {
      const wait = next.at + conditions.delayMs - performance.now()
      if (wait > 0) {
        timer = setTimeout(move, wait)
        return
      }
      held.shift()
      if (next.chunk === 'end') to.end()
      else {
        size -= next.chunk.length
        to.write(next.chunk)
      }
    }
    if (size < mostHeld && from.isPaused()) from.resume()
  }

  from.on('data', (chunk) => {
    held.push({ chunk, at: performance.now() })
    size += chunk.length
    if (size >= mostHeld) from.pause()
    move()
  })
  from.on('end', () => {
    held.push({ chunk: 'end', at: performance.now() })
    move()
  })
  from.once('close', () => {
    if (held.length === 0) clearTimeout(timer)
  })
  return move
}
