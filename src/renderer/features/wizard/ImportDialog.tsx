import { Info, OctagonX, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import { api } from '#renderer/api/index'
import { outcomeText } from '#renderer/site/change'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Progress } from '#renderer/ui/EmptyState.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import type { ImportOutcome } from '#shared/contract/config'

/** What reading a file of another product changes, before anything is saved. */
export function ImportDialog({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  const [read, setRead] = useState<ImportOutcome>()
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    const over = new AbortController()
    api.call('config.import', { text }, { signal: over.signal }).then(setRead, (why: unknown) => {
      if (!over.signal.aborted) setRead({ kind: 'failed', error: why instanceof Error ? why.message : String(why) })
    })
    return () => over.abort()
  }, [text])
  const errors = read?.kind === 'read' ? read.problems.filter(({ severity }) => severity === 'error').length : 0

  async function save() {
    if (read?.kind !== 'read') return
    setBusy(true)
    const outcome = await api
      .call('config.create', { text: read.text })
      .catch((why: unknown) => ({ kind: 'failed' as const, error: why instanceof Error ? why.message : String(why) }))
    setBusy(false)
    if (outcome.kind === 'saved') onClose()
    else setError(outcomeText(outcome))
  }

  return (
    <Dialog
      open
      wide
      title="Import a configuration"
      onClose={onClose}
      footer={
        <>
          <span className="dim text-small grow">The file you chose is only read.</span>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={busy}
            blocked={
              read?.kind !== 'read'
                ? 'It is being read.'
                : errors > 0
                  ? 'Mend the errors in the file first.'
                  : undefined
            }
            onClick={() => void save()}
          >
            Save and start
          </Button>
        </>
      }
    >
      {!read && <Progress label="Reading" />}
      {read?.kind === 'failed' && <p className="callout bad">{read.error}</p>}
      {read?.kind === 'read' && <Read read={read} />}
      {error && (
        <p className="callout bad" role="alert">
          Not saved: {error}
        </p>
      )}
    </Dialog>
  )
}

function Read({ read }: { readonly read: Extract<ImportOutcome, { kind: 'read' }> }) {
  const { notes, problems, text } = read
  return (
    <>
      <h3>What is changed</h3>
      {notes.length === 0 ? (
        <p className="mid">Nothing: the file is taken as it is.</p>
      ) : (
        <ul className="wizard-notes">
          {notes.map((note) => (
            <li key={note} className="note">
              <Icon of={Info} />
              {note}
            </li>
          ))}
        </ul>
      )}
      {problems.length > 0 && (
        <>
          <h3>What is wrong or remarkable</h3>
          <ul className="wizard-notes">
            {problems.map(({ severity, path, line, text: what }) => (
              <li key={`${path} ${line} ${what}`} className={`note ${severity === 'error' ? 'bad' : 'warn'}`}>
                <Icon of={severity === 'error' ? OctagonX : TriangleAlert} />
                <span>
                  line {line}
                  {path && (
                    <>
                      , <span className="mono">{path}</span>
                    </>
                  )}
                  : {what}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>The file as it will be saved</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="payload wizard-file" tabIndex={0}>
        {text.length > 100_000 ? `${text.slice(0, 100_000)}\n…` : text}
      </pre>
    </>
  )
}
