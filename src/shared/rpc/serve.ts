/** The gateway's end of a wire: checks what comes in against the contract and runs the handlers. */
import type { Contract, EventSource, Handlers, RequestHandler } from './contract.ts'
import { asRpcError, RpcError } from './error.ts'
import type { Frame, Wire } from './frame.ts'
import { createKept } from './kept.ts'
import { newController } from './signal.ts'

export interface ServeOptions {
  /** Told of what a handler threw without meaning to: a bug, or something nobody foresaw. */
  onFailure?(name: string, error: unknown): void
  /** Calls and subscriptions open at once on this wire; absent: 200. */
  readonly mostOpen?: number
}

/** Handlers as they look when their names are only known at run time: every input has been through its schema. */
interface PlainHandlers {
  readonly requests: { readonly [name: string]: RequestHandler<unknown, unknown> }
  readonly events: { readonly [name: string]: EventSource<unknown, unknown> }
}

/** A call or a subscription under way. */
interface Open {
  /** The caller gave up, or the wire has ended. */
  end(): void
  /** The subscriber is ready for more. */
  taken?(): void
}

/**
 * Answers what comes over `wire` until it ends; then calls under way are aborted and subscriptions stopped. A peer that
 * uses an id twice has lost count: its wire is closed.
 */
export function serve<C extends Contract>(wire: Wire, handlers: Handlers<C>, contract: C, options?: ServeOptions): void
export function serve(wire: Wire, handlers: PlainHandlers, contract: Contract, options: ServeOptions = {}): void {
  const { mostOpen = 200 } = options
  const open = new Map<number, Open>()
  let ended = false

  function fail(id: number, name: string, thrown: unknown) {
    const { code, message } = asRpcError(thrown)
    if (!(thrown instanceof RpcError) || code === 'failed') options.onFailure?.(name, thrown)
    wire.send({ kind: 'error', id, code, message })
  }

  function call(id: number, name: string, input: unknown) {
    const request = own(contract.requests, name)
    const run = own(handlers.requests, name)
    if (!request || !run) return refuseUnknown(id, 'call', name)
    const parsed = request.input.safeParse(input)
    if (!parsed.success) return refuseInput(id, name, parsed.error)
    const controller = newController()
    let wanted = true
    open.set(id, {
      end: () => {
        wanted = false
        controller.abort(new RpcError('cancelled', `${name}: the caller gave up`))
      },
    })
    // A call that was given up stays open until its handler is through: giving up must not make room for more.
    void answer(async () => run(parsed.data, controller.signal))

    async function answer(work: () => Promise<unknown>) {
      try {
        const value = await work()
        if (wanted) wire.send({ kind: 'reply', id, value })
      } catch (error) {
        if (wanted) fail(id, name, error)
      } finally {
        open.delete(id)
      }
    }
  }

  function subscribe(id: number, name: string, input: unknown) {
    const event = own(contract.events, name)
    const begin = own(handlers.events, name)
    if (!event || !begin) return refuseUnknown(id, 'event', name)
    const parsed = event.input.safeParse(input)
    if (!parsed.success) return refuseInput(id, name, parsed.error)
    const kept = createKept(event.keep)
    let ready = true
    let scheduled = false
    let over = false
    let stop = () => {}

    function flush() {
      scheduled = false
      if (over || !ready || kept.empty) return
      ready = false
      attempt(() => wire.send({ kind: 'event', id, ...kept.take() }))
    }
    /** What came in one go travels in one frame. */
    function schedule() {
      if (scheduled || !ready || over) return
      scheduled = true
      void Promise.resolve().then(flush)
    }
    function end() {
      if (over) return
      over = true
      open.delete(id)
      try {
        stop()
      } catch (error) {
        options.onFailure?.(name, error)
      }
    }
    function attempt(work: () => void) {
      try {
        work()
      } catch (error) {
        if (over) return
        end()
        fail(id, name, error)
      }
    }

    open.set(id, {
      end,
      taken: () => {
        ready = true
        if (!kept.empty) schedule()
      },
    })
    attempt(() => {
      const stopSource = begin(parsed.data, (item) => {
        if (over) return
        attempt(() => kept.add(item))
        schedule()
      })
      if (over) stopSource()
      else stop = stopSource
    })
  }

  function refuseUnknown(id: number, what: 'call' | 'event', name: string) {
    const message = `${name}: this gateway has no such ${what}. Window and gateway are of different versions: restart both.`
    wire.send({ kind: 'error', id, code: 'unknown-call', message })
  }

  function refuseInput(id: number, name: string, error: { readonly issues: readonly Issue[] }) {
    const issues = error.issues.slice(0, 5).map(({ path, message }) => [path.map(String).join('.'), message])
    const text = issues.map(([path, message]) => (path ? `${path}: ${message}` : message)).join('; ')
    wire.send({ kind: 'error', id, code: 'bad-input', message: `${name}: ${text}` })
  }

  function onFrame(frame: Frame) {
    if (ended) return
    switch (frame.kind) {
      case 'call':
      case 'subscribe': {
        const { id, name, input } = frame
        if (open.has(id)) return wire.close()
        if (open.size >= mostOpen) {
          const message = `${name}: ${mostOpen} calls are under way on this connection. Wait for their answers.`
          return wire.send({ kind: 'error', id, code: 'too-many', message })
        }
        return frame.kind === 'call' ? call(id, name, input) : subscribe(id, name, input)
      }
      case 'cancel':
        return open.get(frame.id)?.end()
      case 'taken':
        return open.get(frame.id)?.taken?.()
      case 'reply':
      case 'error':
      case 'event':
        return
    }
  }

  wire.onFrame(onFrame)
  wire.onClose(() => {
    ended = true
    for (const item of [...open.values()]) item.end()
  })
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

function own<T>(group: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(group, name) ? group[name] : undefined
}
