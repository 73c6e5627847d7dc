import { useState } from 'react'

export interface Draft<F> {
  /** What is in the file, with what was typed over it. */
  readonly form: F
  setForm(next: F): void
  /** Forgets what was typed: it was saved, or is not wanted. */
  revert(): void
}

/**
 * A form over a part of the configuration. What is typed stays, whoever changes the file meanwhile; a field that nobody
 * typed into follows the file, so that saving changes what was typed and nothing else. Where the part is another one,
 * give the form another `key`.
 */
export function useDraft<F extends object>(file: F): Draft<F> {
  const [typed, setTyped] = useState<Partial<F>>({})
  return {
    form: { ...file, ...typed },
    setForm: (next) => setTyped(differing(next, file)),
    revert: () => setTyped({}),
  }
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
