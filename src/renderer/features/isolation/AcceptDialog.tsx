import { useState } from 'react'
import { api } from '#renderer/api/index'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input, TextArea } from '#renderer/ui/Input.tsx'
import { type CheckResult, checks } from '#shared/isolation-run'
import { ask } from './use-isolation.ts'

/** A person takes a check that could not be proven as it is: name and reason stand in the report. */
export function AcceptDialog({ result, onClose }: { readonly result: CheckResult; readonly onClose: () => void }) {
  const [name, setName] = useState('')
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const title = checks.find(({ number }) => number === result.check)?.title ?? ''
  const blocked = name.trim() === '' || reason.trim() === '' ? 'Name and reason are needed.' : undefined
  async function accept() {
    if (blocked) return
    setBusy(true)
    const done = await ask(
      api.call('isolation.accept', { check: result.check, name: name.trim(), reason: reason.trim() }),
    )
    setBusy(false)
    if (done) onClose()
  }
  return (
    <Dialog
      open
      title={`Accept check ${result.check}, ${title}, as NOT PROVEN`}
      onClose={onClose}
      footer={
        <>
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} blocked={blocked} onClick={() => void accept()}>
            Accept it
          </Button>
        </>
      }
    >
      <p className="mid">{result.summary}</p>
      <Field label="Your name">
        <Input value={name} onValue={setName} autoFocus />
      </Field>
      <Field label="Reason" help="Both stand in the report. The check stays NOT PROVEN.">
        <TextArea rows={3} value={reason} onValue={setReason} />
      </Field>
    </Dialog>
  )
}
