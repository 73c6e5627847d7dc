import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ConfigView } from '#shared/site'
import { site } from './site.ts'

export interface Draft<F> {
  /** What is in the file, with what was typed over it. */
  readonly form: F
  /** Whether something is typed that the file does not say. */
  readonly typed: boolean
  setForm(next: F): void
  /** Forgets what was typed: it was saved, or is not wanted. */
  revert(): void
}

/** What is typed into forms of one kind, by what each is about; only what the file says otherwise. */
export type Drafts<F> = StoreApi<ReadonlyMap<string, Partial<F>>>

/**
 * `fileOf`: what the configuration says of it; undefined where it is there no more, and what was typed of it goes with
 * it. Absent for what is not in the file yet.
 */
export function createDrafts<F extends object>(fileOf?: (config: ConfigView, of: string) => F | undefined): Drafts<F> {
  const drafts: Drafts<F> = createStore(() => new Map())
  if (fileOf)
    site.subscribe(({ config: now }, { config: before }) => {
      const config = now?.config
      if (!config || config === before?.config) return
      for (const [of, typed] of drafts.getState()) {
        const file = fileOf(config, of)
        // What the file says by now was typed in vain: left here it would undo a later change of the file unseen.
        keep(drafts, of, file ? differing({ ...file, ...typed }, file) : {})
      }
    })
  return drafts
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
    typed: typed !== undefined,
    setForm: (next) => keep(drafts, of, differing(next, file)),
    revert: () => keep(drafts, of, {}),
  }
}

/** Whether something is typed there: marked wherever the form's subject is listed. */
export function useTyped<F extends object>(drafts: Drafts<F>, of: string): boolean {
  return useStore(drafts, (all) => all.has(of))
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
