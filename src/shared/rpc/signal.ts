/** What is used here of an AbortSignal. */
interface PlainSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/**
 * The platform's AbortSignal. Node and browsers have it; the language's own library, against which shared code is
 * checked, does not, and gets the part that is used here.
 */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer S extends PlainSignal } }
  ? S
  : PlainSignal

export interface Controller {
  readonly signal: Signal
  abort(reason?: unknown): void
}

declare const AbortController: new () => Controller

export function newController(): Controller {
  return new AbortController()
}
