import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Draft<F> {
  /** What is in the file, with what was typed over it. */
  readonly form: F
  setForm(next: F): void
  /** Forgets what was typed: it was saved, or is not wanted. */
  revert(): void
}

/** What is typed into forms of one kind, by what each is about. */
export type Drafts<F> = StoreApi<ReadonlyMap<string, Partial<F>>>

export function createDrafts<F extends object>(): Drafts<F> {
  return createStore(() => new Map())
}

/**
 * A form over a part of the configuration: `of` names it among the drafts, `file` is what the configuration says. What is
 * typed stays until it is saved or reverted, whoever changes the file and wherever one goes meanwhile; a field that
 * nobody typed into follows the file, so that saving changes what was typed and nothing else.
 */
export function useDraft<F extends object>(drafts: Drafts<F>, of: string, file: F): Draft<F> {
  const typed = useStore(drafts, (all) => all.get(of))
  return {
    form: { ...file, ...typed },
    setForm: (next) => keep(drafts, of, differing(next, file)),
    revert: () => keep(drafts, of, {}),
  }
}

/** Whether something is typed there that the file does not say: marked wherever the form's subject is listed. */
export function useTyped<F extends object>(drafts: Drafts<F>, of: string, file: F): boolean {
  const typed = useStore(drafts, (all) => all.get(of))
  return Object.keys(differing({ ...file, ...typed }, file)).length > 0
}

function keep<F extends object>(drafts: Drafts<F>, of: string, changes: Partial<F>): void {
  const typed = new Map(drafts.getState())
  if (Object.keys(changes).length > 0) typed.set(of, changes)
  else typed.delete(of)
  drafts.setState(typed, true)
}

function differing<F extends object>(next: F, file: F): Partial<F> {
  const differs = (key: keyof F) => JSON.stringify(next[key]) !== JSON.stringify(file[key])
  const changes: Partial<F> = {}
  for (const key of keysOf(next)) if (differs(key)) changes[key] = next[key]
  return changes
}

function keysOf<F extends object>(form: F): (keyof F)[] {
  const keys: (keyof F)[] = []
  for (const key in form) keys.push(key)
  return keys
}
