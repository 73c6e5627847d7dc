/** A form's way to the configuration file: save, look at the outcome, save all the same or reload. */
import { useState } from 'react'
import { showToast } from '#renderer/ui/live'
import type { ConfigEdit } from '#shared/contract/edits'
import type { ChangeOutcome } from '#shared/site'
import { changeConfig, reloadConfig } from './change.ts'

export type Unsaved = Exclude<ChangeOutcome, { readonly kind: 'saved' }>

export interface Change {
  readonly busy: boolean
  /** Of the last try; absent where it was saved, or nothing was tried. */
  readonly outcome: Unsaved | undefined
  /** True where it was saved. `done` is said then, with what could not be applied: the form may be gone. */
  save(edits: readonly ConfigEdit[], done: string): Promise<boolean>
  /** After `changed-on-disk`: saves over what is there. */
  overwrite(): Promise<boolean>
  /** After `changed-on-disk`: takes over what is there; what was typed is kept in the form. */
  reload(): Promise<void>
  forget(): void
}

interface Tried {
  readonly edits: readonly ConfigEdit[]
  readonly done: string
}

export function useChange(): Change {
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Unsaved>()
  const [tried, setTried] = useState<Tried>()

  async function run({ edits, done }: Tried, overwrite: boolean): Promise<boolean> {
    setBusy(true)
    const result = await changeConfig(edits, overwrite ? { overwrite } : {})
    setBusy(false)
    setOutcome(result.kind === 'saved' ? undefined : result)
    if (result.kind !== 'saved') return false
    const { failed, steps } = result
    if (failed) showToast({ tone: 'bad', text: `${done}, but not all of it could be applied: ${failed}` })
    else showToast({ text: [done, ...steps].filter(Boolean).join(' · ') })
    return true
  }

  return {
    busy,
    outcome,
    save: (edits, done) => {
      const next = { edits, done }
      setTried(next)
      return run(next, false)
    },
    overwrite: () => (tried ? run(tried, true) : Promise.resolve(false)),
    reload: async () => {
      setBusy(true)
      await reloadConfig()
      setBusy(false)
      setOutcome(undefined)
    },
    forget: () => setOutcome(undefined),
  }
}
