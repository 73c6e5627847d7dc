/**
 * The way of one request, the same for every broker: hops in time order, until it is answered, time is over, or nobody
 * wants to know any more. In come what the broker's folder reports; out goes what `Requester.send` gives.
 */
import { setMaxListeners } from 'node:events'
import { asError } from '#main/link'
import type { Hop, RequestToSend } from './requester.ts'

/** What a broker's folder reports about one request. */
export interface Way {
  /** Just before the bytes leave: the time runs from here. */
  sent(): void
  taken(more?: Omit<Extract<Hop, { kind: 'taken' }>, 'kind' | 'at'>): void
  collected(): void
  /** Something arrived where the answer is awaited. */
  heard(address: string, payload: string): void
  /** The connection was lost. */
  failed(error: Error): void
}

/** What is done when the way ends. */
export interface Sent {
  /** Nobody answered: takes the request back where that is possible; true where it did. Absent: it is not. */
  withdraw?(): Promise<boolean>
  /** Always called: removes what must not stay. Bounded in time, never rejects. */
  clean(): Promise<void>
}

/** Answers that are told of one request; more of them is a flood. */
const mostAnswers = 100

/**
 * Runs `send`, which listens for the answer, sends, and resolves as soon as the bytes have left: what the broker says to
 * them is reported on `way`. It gives up when its signal aborts, and has cleaned up itself where it rejects.
 */
export async function* requestWay(
  request: RequestToSend,
  signal: AbortSignal,
  send: (way: Way, signal: AbortSignal) => Promise<Sent>,
): AsyncGenerator<Hop, void, undefined> {
  const hops: Hop[] = []
  const stop = new AbortController()
  let over = false
  let answers = 0
  let timer: NodeJS.Timeout | undefined
  let wake = () => {}

  function push(hop: Hop) {
    if (over) return
    hops.push(hop)
    wake()
  }
  function end(hop?: Hop) {
    if (hop) push(hop)
    over = true
    clearTimeout(timer)
    wake()
  }
  const onAbort = () => end()

  const way: Way = {
    sent: () => {
      push({ kind: 'sent', at: Date.now() })
      timer = setTimeout(() => end({ kind: 'unanswered', at: Date.now() }), request.timeoutMs)
    },
    taken: (more = {}) => push({ kind: 'taken', at: Date.now(), ...more }),
    collected: () => push({ kind: 'collected', at: Date.now() }),
    heard: (address, payload) => {
      if (over || !answersTo(request, payload)) return
      push({ kind: 'response', at: Date.now(), address, payload })
      if (++answers > 1 && answers < mostAnswers) return
      clearTimeout(timer)
      if (answers === mostAnswers || !request.lingerMs) end()
      else timer = setTimeout(end, request.lingerMs)
    },
    failed: (error) => end({ kind: 'failed', at: Date.now(), error: error.message }),
  }

  if (signal.aborted) return
  // Many requests may be under way under one signal.
  setMaxListeners(0, signal)
  signal.addEventListener('abort', onAbort, { once: true })
  const sending = send(way, stop.signal)
  sending.catch((error: unknown) => way.failed(asError(error)))
  try {
    for (;;) {
      if (signal.aborted) return
      const hop = hops.shift()
      if (hop?.kind === 'unanswered') yield await unanswered(hop, sending)
      else if (hop) yield hop
      else if (over) return
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  } finally {
    over = true
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    stop.abort(new Error('the request is over'))
    await sending.then(
      (sent) => sent.clean(),
      () => {},
    )
  }
}

async function unanswered(hop: Hop, sending: Promise<Sent>): Promise<Hop> {
  const sent = await sending.catch(() => undefined)
  return (await sent?.withdraw?.()) ? { ...hop, kind: 'unanswered', withdrawn: true } : hop
}

/** A caller's mistake must not end the listening for others. */
function answersTo(request: RequestToSend, payload: string): boolean {
  try {
    return request.isAnswer(payload)
  } catch {
    return false
  }
}
