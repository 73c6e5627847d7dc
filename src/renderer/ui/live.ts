/** What is said to screen readers, and the short notes at the foot of the window. */
import { createStore } from 'zustand/vanilla'

export interface Toast {
  readonly id: number
  readonly tone: 'quiet' | 'warn' | 'bad'
  readonly text: string
  /** What can be done about it: `Undo`, `Open log`. */
  readonly action?: { readonly label: string; run(): void }
  /** How often the same text came while it was shown. */
  readonly times: number
}

interface Live {
  readonly polite: string
  readonly loud: string
  readonly toasts: readonly Toast[]
}

/** More would cover the screen; the oldest goes that is no error. */
const mostToasts = 4
let lastId = 0

export const live = createStore<Live>(() => ({ polite: '', loud: '', toasts: [] }))

/** Says something to screen readers without showing it. `loud` interrupts: for what must be acted on now. */
export function announce(text: string, how: 'polite' | 'loud' = 'polite'): void {
  // The same text twice is only said again where it differs.
  live.setState((now) => ({ [how]: now[how] === text ? `${text}\u00a0` : text }))
}

/**
 * Shows a note until it is dismissed or its time is over. The same text again is counted, not stacked, unless something
 * can be done about it: each keeps its own action.
 */
export function showToast(toast: Pick<Toast, 'text' | 'action'> & { readonly tone?: Toast['tone'] }): void {
  const tone = toast.tone ?? 'quiet'
  announce(toast.text, tone === 'bad' ? 'loud' : 'polite')
  live.setState(({ toasts }) => {
    const same = toast.action ? undefined : toasts.find(({ text, action }) => text === toast.text && !action)
    const next: Toast = { ...toast, tone, id: ++lastId, times: (same?.times ?? 0) + 1 }
    return { toasts: [...fewer(toasts.filter((one) => one !== same)), next] }
  })
}

/** Makes room for one more. An error stays until it is dismissed, however many there are. */
function fewer(toasts: readonly Toast[]): readonly Toast[] {
  if (toasts.length < mostToasts) return toasts
  const oldest = toasts.find(({ tone }) => tone !== 'bad')
  return oldest ? fewer(toasts.filter((one) => one !== oldest)) : toasts
}

export function dropToast(id: number): void {
  live.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))
}
