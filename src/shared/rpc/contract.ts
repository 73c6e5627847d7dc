/** The types a contract is made of, and what follows from one: its handlers and its client. */
import type { z } from 'zod'
import type { Signal } from './signal.ts'

/** Carries a type and nothing else: what comes back is made by our own gateway and not checked again. */
export interface Returns<T> {
  readonly type?: T
}

/** `output: returns<GatewayStatus>()` */
export function returns<T>(): Returns<T> {
  return {}
}

export interface Contract {
  readonly requests: { readonly [name: string]: { readonly input: z.ZodType; readonly output: Returns<unknown> } }
  readonly events: {
    readonly [name: string]: { readonly input: z.ZodType; readonly item: Returns<unknown>; readonly keep: Keep }
  }
}

/**
 * What is kept of an event's items while the other end is busy with the last ones. Bounded in both cases.
 * `newest`: of the items with one `key`, the newest: for states. Keys are few by nature.
 * `last`: the newest `most` in their order; the rest is counted as dropped: for messages and log lines.
 */
export type Keep =
  | { readonly kind: 'newest'; readonly key: (item: never) => string }
  | { readonly kind: 'last'; readonly most: number }

type TypeOf<R> = R extends Returns<infer T> ? T : never

export type RequestName<C extends Contract> = keyof C['requests'] & string
/** What a caller gives. */
export type RequestInput<C extends Contract, N extends RequestName<C>> = z.input<C['requests'][N]['input']>
export type RequestOutput<C extends Contract, N extends RequestName<C>> = TypeOf<C['requests'][N]['output']>

export type EventName<C extends Contract> = keyof C['events'] & string
export type EventInput<C extends Contract, E extends EventName<C>> = z.input<C['events'][E]['input']>
export type EventItem<C extends Contract, E extends EventName<C>> = TypeOf<C['events'][E]['item']>

/** `input` has been checked. `signal` aborts when the caller gives up or its wire ends. */
export type RequestHandler<I, O> = (input: I, signal: Signal) => O | Promise<O>

/** Begins a subscription: hands items to `emit` until what it returned is called. `emit` never blocks nor throws. */
export type EventSource<I, T> = (input: I, emit: (item: T) => void) => () => void

/** All that a contract asks of the gateway. A missing or renamed handler does not compile. */
export interface Handlers<C extends Contract> {
  readonly requests: {
    readonly [N in RequestName<C>]: RequestHandler<z.output<C['requests'][N]['input']>, RequestOutput<C, N>>
  }
  readonly events: {
    readonly [E in EventName<C>]: EventSource<z.output<C['events'][E]['input']>, EventItem<C, E>>
  }
}
