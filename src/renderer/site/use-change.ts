/** A form's way to the configuration file: save, look at the outcome, save all the same or reload. */
import { useState } from 'react'
import { showToast } from '#renderer/ui/live'
import type { ConfigEdit } from '#shared/contract/edits'
import type { ChangeOutcome } from '#shared/site'
import { changeConfig } from './change.ts'
import { askOnDisk } from './on-disk.ts'

export type Unsaved = Exclude<ChangeOutcome, { readonly kind: 'saved' }>

export interface Change {
  readonly busy: boolean
  /** Of the last try; absent where it was saved, or nothing was tried. */
  readonly outcome: Unsaved | undefined
  /**
   * True where it was saved at once. `done` is said when it was, with what could not be applied; `then` is called when it
   * was, also where a person has decided later to save it over another change of the file.
   */
  save(edits: readonly ConfigEdit[], done: string, then?: () => void): Promise<boolean>
  /** After `changed-on-disk`: shows the difference, to reload or to save over it. */
  decide(): void
  forget(): void
}

interface Tried {
  readonly edits: readonly ConfigEdit[]
  readonly done: string
  readonly then: () => void
}

export function useChange(): Change {
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Unsaved>()
  const [tried, setTried] = useState<Tried>()

  async function run(next: Tried, overwrite: boolean): Promise<boolean> {
    const { edits, done, then } = next
    setBusy(true)
    const result = await changeConfig(edits, overwrite ? { overwrite } : {})
    setBusy(false)
    setOutcome(result.kind === 'saved' ? undefined : result)
    if (result.kind === 'changed-on-disk') decide(next, result)
    if (result.kind !== 'saved') return false
    const { failed, steps } = result
    if (failed) showToast({ tone: 'bad', text: `${done}, but not all of it could be applied: ${failed}` })
    else showToast({ text: [done, ...steps].filter(Boolean).join(' · ') })
    then()
    return true
  }

  function decide(next: Tried, { difference }: Extract<Unsaved, { readonly kind: 'changed-on-disk' }>) {
    askOnDisk({ lines: difference, overwrite: () => run(next, true), onReloaded: () => setOutcome(undefined) })
  }

  return {
    busy,
    outcome,
    save: (edits, done, then = () => {}) => {
      const next = { edits, done, then }
      setTried(next)
      return run(next, false)
    },
    decide: () => {
      if (tried && outcome?.kind === 'changed-on-disk') decide(tried, outcome)
    },
    forget: () => setOutcome(undefined),
  }
}
