/** A form's way to the configuration file: save, look at the outcome, save all the same or reload. */
import { useState } from 'react'
import { api } from '#renderer/api/index'
import { showToast } from '#renderer/ui/live'
import type { ConfigEdit } from '#shared/contract/edits'
import type { ChangeOutcome } from '#shared/site'
import { changeConfig } from './change.ts'

export interface Change {
  readonly busy: boolean
  /** Of the last try; absent where it was saved without a remark, or nothing was tried. */
  readonly outcome: ChangeOutcome | undefined
  /** True where it was saved. `done`: said then. */
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
  const [outcome, setOutcome] = useState<ChangeOutcome>()
  const [tried, setTried] = useState<Tried>()

  async function run({ edits, done }: Tried, overwrite: boolean): Promise<boolean> {
    setBusy(true)
    const result = await changeConfig(edits, overwrite ? { overwrite } : {})
    setBusy(false)
    const saved = result.kind === 'saved'
    setOutcome(saved && result.failed === '' ? undefined : result)
    if (saved) showToast({ text: [done, ...result.steps].filter(Boolean).join(' · ') })
    return saved
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
      await api.call('config.reload', {}).catch((error: unknown) => {
        showToast({ tone: 'bad', text: error instanceof Error ? error.message : String(error) })
      })
      setBusy(false)
      setOutcome(undefined)
    },
    forget: () => setOutcome(undefined),
  }
}
