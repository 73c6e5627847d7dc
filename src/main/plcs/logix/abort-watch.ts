/** Hears aborts for many requests of one signal with a single listener: a poll has hundreds, one after the other. */
export interface AbortWatch {
  hear(signal: AbortSignal, aborted: () => void): void
  forget(signal: AbortSignal, aborted: () => void): void
}

/** Nothing is heard at first. */
export function abortWatch(): AbortWatch {
  const heard = new Map<AbortSignal, { readonly all: Set<() => void>; readonly listener: () => void }>()
  return {
    hear: (signal, aborted) => {
      const known = heard.get(signal)
      if (known) {
        known.all.add(aborted)
        return
      }
      const all = new Set([aborted])
      const listener = () => {
        for (const one of [...all]) one()
      }
      heard.set(signal, { all, listener })
      signal.addEventListener('abort', listener, { once: true })
    },
    forget: (signal, aborted) => {
      const known = heard.get(signal)
      if (!known?.all.delete(aborted) || known.all.size > 0) return
      heard.delete(signal)
      signal.removeEventListener('abort', known.listener)
    },
  }
}
