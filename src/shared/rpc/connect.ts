/** The asking end of a wire: window and command line. */
import type {
  Contract,
  EventInput,
  EventItem,
  EventName,
  RequestInput,
  RequestName,
  RequestOutput,
} from './contract.ts'
import { RpcError } from './error.ts'
import type { Frame, Wire } from './frame.ts'
import type { Signal } from './signal.ts'

export interface Client<C extends Contract> {
  /** Rejects with `RpcError` only. An abort of `signal` tells the gateway to give up and rejects at once. */
  call<N extends RequestName<C>>(
    name: N,
    input: RequestInput<C, N>,
    options?: { readonly signal?: Signal },
  ): Promise<RequestOutput<C, N>>
  /** Returns how to stop. */
  subscribe<E extends EventName<C>>(name: E, input: EventInput<C, E>, listener: Listener<EventItem<C, E>>): () => void
  /** Ends the wire; what is open rejects with `closed`. */
  close(): void
}

export interface Listener<T> {
  /**
   * What came since the last time, oldest first; `dropped` were too many to keep. Nothing more comes until the promise
   * is fulfilled: a slow listener gets fewer, newer items. Where it throws, the subscription ends with that error.
   */
  onItems(items: readonly T[], dropped: number): void | Promise<void>
  /** The subscription was refused, or the wire has ended. Not called after `stop`. */
  onEnd?(why: RpcError): void
}

interface OpenCall {
  done(value: unknown): void
  fail(error: RpcError): void
  onItems?(items: readonly unknown[], dropped: number): void
}

export function connectTo<C extends Contract>(wire: Wire): Client<C>
export function connectTo(wire: Wire): Client<Contract> {
  const open = new Map<number, OpenCall>()
  let lastId = 0
  let closed: RpcError | undefined

  /** Puts a call on the wire; one that can't be written fails at once. */
  function begin(kind: 'call' | 'subscribe', name: string, input: unknown, call: OpenCall): number {
    const id = ++lastId
    if (closed) {
      call.fail(closed)
      return id
    }
    open.set(id, call)
    try {
      wire.send({ kind, id, name, input })
    } catch (error) {
      open.delete(id)
      call.fail(new RpcError('bad-input', `${name}: the input can't be sent`, { cause: error }))
    }
    return id
  }

  function call(name: string, input: unknown, { signal }: { readonly signal?: Signal } = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(givenUp(name))
      const unhear = () => signal?.removeEventListener('abort', giveUp)
      const id = begin('call', name, input, {
        done: (value) => {
          unhear()
          resolve(value)
        },
        fail: (error) => {
          unhear()
          reject(error)
        },
      })
      function giveUp() {
        if (!open.delete(id)) return
        wire.send({ kind: 'cancel', id })
        reject(givenUp(name))
      }
      if (open.has(id)) signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  function subscribe(name: string, input: unknown, listener: Listener<unknown>): () => void {
    let over = false
    function end(why: RpcError) {
      if (over) return
      over = true
      listener.onEnd?.(why)
    }
    const id = begin('subscribe', name, input, {
      done: () => end(new RpcError('closed', `${name}: the gateway has ended this subscription`)),
      fail: end,
      onItems: (items, dropped) => void take(items, dropped),
    })
    async function take(items: readonly unknown[], dropped: number) {
      try {
        await listener.onItems(items, dropped)
        if (!over && !closed) wire.send({ kind: 'taken', id })
      } catch (error) {
        drop()
        end(new RpcError('failed', `${name}: the listener failed`, { cause: error }))
      }
    }
    const drop = () => void (open.delete(id) && wire.send({ kind: 'cancel', id }))
    return () => {
      over = true
      drop()
    }
  }

  function onFrame(frame: Frame) {
    const asked = open.get(frame.id)
    switch (frame.kind) {
      case 'reply':
        open.delete(frame.id)
        return asked?.done(frame.value)
      case 'error':
        open.delete(frame.id)
        return asked?.fail(new RpcError(frame.code, frame.message))
      case 'event':
        return asked?.onItems?.(frame.items, frame.dropped)
      case 'call':
      case 'subscribe':
      case 'cancel':
      case 'taken':
        return
    }
  }

  wire.onFrame(onFrame)
  wire.onClose((why) => {
    closed = new RpcError('closed', `the connection to the gateway has ended: ${why.message}`, { cause: why })
    const left = [...open.values()]
    open.clear()
    for (const asked of left) asked.fail(closed)
  })
  return { call, subscribe, close: () => wire.close() }
}

function givenUp(name: string): RpcError {
  return new RpcError('cancelled', `${name}: given up by the caller`)
}
