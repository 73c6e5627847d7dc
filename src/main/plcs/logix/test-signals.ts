import { getEventListeners } from 'node:events'

/** What hangs on a signal: its listeners, and the signals that were made of it (`AbortSignal.any`, inside of Node). */
export function hangingOn(signal: AbortSignal): { readonly listeners: number; readonly dependants: number } {
  const key = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kDependantSignals')
  const dependants: { readonly size: number } | undefined = key && Reflect.get(signal, key)
  return { listeners: getEventListeners(signal, 'abort').length, dependants: dependants?.size ?? 0 }
}
