import { useState } from 'react'
import { api } from '#renderer/api/index'
import { useInfo } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { State } from '#renderer/ui/State.tsx'
import type { ExportOutcome } from '#shared/contract/config'

/** Writes the configuration with its secrets for a gateway without a window. */
export function ExportServer({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const info = useInfo()
  const [path, setPath] = useState('')
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<ExportOutcome>()
  async function pick() {
    try {
      const picked = await api.call('app.saveFile', { title: 'Export for a server', kinds: [['YAML', ['yaml']]] })
      if (picked.kind === 'picked') setPath(picked.path)
    } catch (error) {
      setOutcome({ kind: 'failed', error: `No file can be chosen: ${textOf(error)} Type its path instead.` })
    }
  }
  async function write() {
    setBusy(true)
    setOutcome(
      await api.call('config.export', { path: path.trim() }).catch((error: unknown): ExportOutcome => {
        return { kind: 'failed', error: textOf(error) }
      }),
    )
    setBusy(false)
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Export for a server"
      footer={
        <>
          <span className="grow" />
          <Button onClick={onClose}>Close</Button>
          <Button
            kind="primary"
            busy={busy}
            blocked={path.trim() ? undefined : 'Name the file first.'}
            onClick={() => void write()}
          >
            Write both files
          </Button>
        </>
      }
    >
      <p className="mid">
        Writes the configuration, and beside it a file with the secrets it names (readable by you alone). A gateway
        without a window starts with them: <code>warlink --config ‹file›</code>. A file that exists is not touched.
      </p>
      <Field column label="File on the gateway's computer">
        <Input mono value={path} onValue={setPath} placeholder="/home/me/factory-a.yaml" />
      </Field>
      {info?.can.pickFiles && (
        <div>
          <Button onClick={() => void pick()}>Choose…</Button>
        </div>
      )}
      {outcome?.kind === 'failed' && <p className="callout bad">{outcome.error}</p>}
      {outcome?.kind === 'written' && (
        <div className="callout">
          <State kind="ok">Written</State>
          <ul className="mono">
            {[...outcome.files, ...outcome.notes].map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      )}
    </Dialog>
  )
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
