/** Changing the configuration from the window: one way for all screens, so that no outcome is forgotten. */
import { api } from '#renderer/api/index'
import { showToast } from '#renderer/ui/live'
import type { ConfigEdit } from '#shared/contract/edits'
import type { ChangeOutcome } from '#shared/site'
import { askOnDisk } from './on-disk.ts'
import { site } from './site.ts'

/** A change of this window that was saved: from one version of the configuration to the next. */
export interface SavedChange {
  readonly edits: readonly ConfigEdit[]
  readonly before: string
  readonly after: string
}

const listeners = new Set<(change: SavedChange) => void>()

/** Tells of each change that this window saves, until stopped. */
export function onSaved(listener: (change: SavedChange) => void): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

/**
 * Saves edits on the configuration as it is known here. Never rejects: a lost connection is an outcome too (`failed`;
 * whether it was saved is not known then, the text says so).
 */
export async function changeConfig(
  edits: readonly ConfigEdit[],
  options: { readonly overwrite?: boolean } = {},
): Promise<ChangeOutcome> {
  const version = site.getState().config?.version ?? ''
  try {
    const outcome = await api.call('config.change', { version, edits: [...edits], ...options })
    if (outcome.kind === 'saved') tellSaved({ edits, before: version, after: outcome.version })
    return outcome
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { kind: 'failed', error: `${why} Look at the configuration before you try again.` }
  }
}

function tellSaved(change: SavedChange): void {
  for (const saved of listeners) saved(change)
  // The next change is made on this version, whether its news has come or not.
  site.setState(({ config }) => (config ? { config: { ...config, version: change.after } } : {}))
}

/** What became of a change, in words; '' where it was saved and applied without a remark. */
export function outcomeText(outcome: ChangeOutcome): string {
  switch (outcome.kind) {
    case 'saved':
      return outcome.failed
    case 'invalid':
      return outcome.problems.map(({ path, text }) => (path ? `${path}: ${text}` : text)).join(' ')
    case 'refused':
    case 'failed':
      return outcome.error
    case 'changed-on-disk':
      return 'The configuration file was changed by somebody else. Settings, Configuration file shows the difference: reload or overwrite there.'
  }
}

/** Reads the file again and says what went wrong; true where what is on the disk runs now. Never rejects. */
export async function reloadConfig(): Promise<boolean> {
  const wrong = await api.call('config.reload', {}).then(reloadText, (error: unknown) => {
    return `The configuration file was not read again: ${error instanceof Error ? error.message : String(error)}`
  })
  if (wrong) showToast({ tone: 'bad', text: wrong })
  return wrong === ''
}

function reloadText(outcome: ChangeOutcome): string {
  const text = outcomeText(outcome)
  if (text === '') return ''
  return outcome.kind === 'saved'
    ? `The configuration file was read, but not all of it could be applied: ${text}`
    : `The configuration file was not taken over: ${text} Correct it, then read it again.`
}

/**
 * Saves and says what went wrong; true where it was saved at once. `done`: what to say on success, with how to undo it.
 * Where somebody else has changed the file a person is asked.
 */
export async function changeOrTell(
  edits: readonly ConfigEdit[],
  done?: { readonly text: string; readonly undo?: readonly ConfigEdit[] },
  options: { readonly overwrite?: boolean } = {},
): Promise<boolean> {
  const outcome = await changeConfig(edits, options)
  if (outcome.kind === 'changed-on-disk') {
    askOnDisk({ lines: outcome.difference, overwrite: () => changeOrTell(edits, done, { overwrite: true }) })
    return false
  }
  const text = outcomeText(outcome)
  if (text) showToast({ tone: 'bad', text })
  if (outcome.kind !== 'saved') return false
  const undo = done?.undo
  if (done && !text) {
    const action = undo && { label: 'Undo', run: () => void changeOrTell(undo) }
    showToast({ text: done.text, ...(action ? { action } : {}) })
  }
  return true
}
