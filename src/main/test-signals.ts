import { getEventListeners } from 'node:events'

/** How much is left in a signal, for good where it lives for good: listeners, and signals that `AbortSignal.any` made of it. */
export function leftIn(signal: AbortSignal): number {
  const symbol = Object.getOwnPropertySymbols(signal).find((one) => String(one).includes('kDependantSignals'))
  const dependants: unknown = symbol && Reflect.get(signal, symbol)
  const { size } = (dependants ?? { size: 0 }) as { readonly size: number }
  return getEventListeners(signal, 'abort').length + size
}
