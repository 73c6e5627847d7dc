import type { Answer, Lanes, Priority } from './lanes.ts'
import { type CipReply, parseReply } from './reply.ts'
import { abortReason } from './session.ts'
import type { Wire } from './wire.ts'

/** Requests and replies of one connection to a PLC, for those who do not write. */
export interface Exchange {
  /** Most bytes of a message router request and reply. */
  readonly limit: number
  readonly lanes: Lanes
  frame(message: Buffer): Buffer
  /** Sends a frame made before and gives the reply's message; rejects when the link is gone or `signal` aborts. */
  askFrame(frame: Buffer, priority: Priority, signal?: AbortSignal): Promise<Buffer>
  /** The same for a message made now, with the reply taken apart. */
  ask(message: Buffer, priority: Priority, signal?: AbortSignal): Promise<CipReply>
}

/** All wires are of one kind and size. */
export function makeExchange(wire: Wire, lanes: Lanes): Exchange {
  const askFrame = async (frame: Buffer, priority: Priority, signal?: AbortSignal) => {
    const answer = await lanes.submit({ frame, priority, repeatable: true, ...(signal ? { signal } : {}) })
    return messageOf(answer, lanes.gone(), signal)
  }
  return {
    limit: wire.limit,
    lanes,
    frame: (message) => wire.frame(message),
    askFrame,
    ask: async (message, priority, signal) => parseReply(await askFrame(wire.frame(message), priority, signal)),
  }
}

/** With its last reply a router on the way may have told that the link is gone: that one is no tag's. */
function messageOf(answer: Answer, gone: string | undefined, signal: AbortSignal | undefined): Buffer {
  if (answer.kind === 'reply' && gone === undefined) return answer.message
  if (signal?.aborted) throw abortReason(signal)
  throw new Error(answer.kind === 'reply' ? gone : answer.why)
}
