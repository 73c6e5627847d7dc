import { useState } from 'react'
import { changeConfig, outcomeText } from '#renderer/site/change'
import { askOnDisk } from '#renderer/site/on-disk'
import { Button } from '#renderer/ui/Button.tsx'
import { Confirm } from '#renderer/ui/Confirm.tsx'
import { showToast } from '#renderer/ui/live'
import type { ConfigEdit } from '#shared/contract/edits'
import type { Preview } from './use-preview.ts'

/** What saving does, and the button that does it. Armed writes are asked about, with the name typed once more. */
export function SaveNamespace(props: {
  readonly now: string
  readonly next: string
  readonly armed: boolean
  readonly entries: number
  readonly preview: Preview
  readonly blocked: string | undefined
  readonly onDiscard: () => void
  readonly onSaved: (old: string) => void
}) {
  const { now, next, armed, entries, preview, blocked, onDiscard, onSaved } = props
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const bridges = entries === 1 ? 'the bridge' : `the ${entries} bridges`

  async function save(overwrite: boolean): Promise<boolean> {
    setBusy(true)
    const edits: ConfigEdit[] = [{ kind: 'set', keys: { namespace: next } }]
    const outcome = await changeConfig(edits, overwrite ? { overwrite } : {})
    setBusy(false)
    setAsking(false)
    if (outcome.kind === 'changed-on-disk') {
      askOnDisk({ lines: outcome.difference, overwrite: () => save(true) })
      return false
    }
    const problem = outcomeText(outcome)
    if (problem) showToast({ tone: 'bad', text: problem })
    if (outcome.kind !== 'saved') return false
    if (!problem) showToast({ text: `The namespace is ${next} now` })
    onSaved(now)
    return true
  }
  const press = () => (armed ? setAsking(true) : void save(false))
  return (
    <div className="ns-save">
      <p>
        Restarts {bridges}, some seconds without publishing; PLCs and window stay connected.
        {armed && ' Writes are armed, so you are asked to type the new name.'}
      </p>
      <div>
        <Button kind="primary" blocked={blocked} busy={busy} onClick={press}>
          {next && next !== now ? `Change namespace to ${next}${armed ? '…' : ''}` : 'Change namespace'}
        </Button>
        <Button blocked={next === '' ? 'Nothing is typed.' : undefined} onClick={onDiscard}>
          Discard
        </Button>
      </div>
      <Confirm
        open={asking}
        title={`Change namespace to ${next}`}
        action={`Change to ${next}`}
        typed={next}
        busy={busy}
        onConfirm={() => void save(false)}
        onClose={() => setAsking(false)}
      >
        <p>
          Writes are armed. From the change on, requests that name <b className="mono">{next}</b> are executed here, and
          those that name <b className="mono">{now}</b> are not.
        </p>
        <ol className="steps-list">
          {preview.preview?.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </Confirm>
    </div>
  )
}
