import type { Client } from './client.ts'

/** A server that is silent for `pingEveryMs + pingMs` is lost. */
const pingEveryMs = 3_000
const pingMs = 5_000

/** Asks the server for a sign of life, one question at a time. `onDead` once: with its error, without one for silence. */
export function keepPinging(client: Client, onDead: (error?: unknown) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const wait = () => {
    timer = setTimeout(ask, pingEveryMs)
  }
  const ask = () => {
    timer = setTimeout(() => dead(), pingMs)
    client.redis.ping().then(
      () => {
        clearTimeout(timer)
        if (!stopped) wait()
      },
      (error: unknown) => dead(error),
    )
  }
  const dead = (error?: unknown) => {
    stop()
    onDead(error)
  }
  const stop = () => {
    stopped = true
    clearTimeout(timer)
  }
  wait()
  return stop
}
