import { FileUp, TriangleAlert } from 'lucide-react'
import { useRef, useState } from 'react'
import { useStore } from 'zustand'
import { api } from '#renderer/api/index'
import { Problems, ReloadButton } from '#renderer/frame/BrokenConfig.tsx'
import { outcomeText } from '#renderer/site/change'
import { askOnDisk, onDisk, showOnDisk } from '#renderer/site/on-disk'
import { site, useConfigState } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { showToast } from '#renderer/ui/live'
import { State } from '#renderer/ui/State.tsx'
import type { ImportOutcome } from '#shared/contract/config'
import type { ChangeOutcome } from '#shared/site'
import { fileName, Section } from './Section.tsx'

type Read = Extract<ImportOutcome, { kind: 'read' }>

/** The file itself: what is wrong with it, reading it again, and putting another one in its place. */
export function FilePart() {
  const config = useConfigState()
  const asked = useStore(onDisk, (now) => now.asked)
  const [read, setRead] = useState<Read & { readonly from: string }>()
  const fileRef = useRef<HTMLInputElement>(null)
  async function choose(file: File | undefined) {
    if (!file) return
    try {
      const outcome = await api.call('config.import', { text: await file.text() })
      if (outcome.kind === 'read') setRead({ ...outcome, from: file.name })
      else showToast({ tone: 'bad', text: `${file.name}: ${outcome.error}` })
    } catch (error) {
      showToast({ tone: 'bad', text: `${file.name}: ${error instanceof Error ? error.message : String(error)}` })
    }
  }
  if (!config) return null
  return (
    <div className="scroll">
      <div className="settings-form">
        <Section title={fileName(config.path)}>
          <p className="mono cut" title={config.path}>
            {config.path}
          </p>
          {asked && (
            <div className="callout warn">
              <Icon of={TriangleAlert} small />
              <span className="grow">
                A change of this window was not saved: somebody else changed the file in the meantime.
              </span>
              <Button small onClick={showOnDisk}>
                Show the difference
              </Button>
            </div>
          )}
          <div>
            <ReloadButton />
          </div>
        </Section>
        <Section title="Problems">
          {config.problems.length === 0 ? <State kind="ok">None</State> : <Problems problems={config.problems} />}
        </Section>
        <Section title="Import">
          <p className="mid">
            Files of WarLink load unchanged. What is changed in them, and what is wrong, is shown before it takes the
            place of this configuration.
          </p>
          <div>
            <Button icon={FileUp} onClick={() => fileRef.current?.click()}>
              Import a configuration…
            </Button>
          </div>
          <input
            ref={fileRef}
            type="file"
            accept=".yaml,.yml"
            hidden
            aria-label="Configuration file"
            onChange={(event) => {
              void choose(event.target.files?.[0])
              event.target.value = ''
            }}
          />
        </Section>
      </div>
      <Replace read={read} onClose={() => setRead(undefined)} />
    </div>
  )
}

function Replace(props: {
  readonly read: (Read & { readonly from: string }) | undefined
  readonly onClose: () => void
}) {
  const { read, onClose } = props
  const [busy, setBusy] = useState(false)
  const errors = read?.problems.filter(({ severity }) => severity === 'error') ?? []
  const deciding = useStore(onDisk, (now) => now.open)
  async function replace(text: string, overwrite: boolean): Promise<boolean> {
    setBusy(true)
    const version = site.getState().config?.version ?? ''
    const outcome = await api
      .call('config.replace', { version, text, ...(overwrite ? { overwrite } : {}) })
      .catch((error: unknown): ChangeOutcome => {
        return { kind: 'failed', error: error instanceof Error ? error.message : String(error) }
      })
    setBusy(false)
    if (outcome.kind === 'changed-on-disk') {
      askOnDisk({ lines: outcome.difference, overwrite: () => replace(text, true) })
      return false
    }
    const problem = outcomeText(outcome)
    showToast(problem ? { tone: 'bad', text: problem } : { text: 'The imported configuration runs' })
    if (outcome.kind === 'saved') onClose()
    return outcome.kind === 'saved'
  }
  return (
    <Dialog
      open={read !== undefined && !deciding}
      onClose={onClose}
      title={`Import ${read?.from ?? ''}`}
      wide
      footer={
        <>
          <span className="mid">The configuration of before is kept beside it.</span>
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={busy}
            blocked={errors.length > 0 ? 'It has errors. Correct the file first.' : undefined}
            onClick={() => read && void replace(read.text, false)}
          >
            Replace the configuration
          </Button>
        </>
      }
    >
      {read && (
        <>
          {read.notes.length === 0 ? <p className="mid">Nothing had to be changed.</p> : <Notes notes={read.notes} />}
          {read.problems.length > 0 && <Problems problems={read.problems} />}
        </>
      )}
    </Dialog>
  )
}

function Notes({ notes }: { readonly notes: readonly string[] }) {
  return (
    <ul className="notes-list">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  )
}
