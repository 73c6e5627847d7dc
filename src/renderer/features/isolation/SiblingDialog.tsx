import { useState } from 'react'
import { api } from '#renderer/api/index'
import { useInfo } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { showToast } from '#renderer/ui/live'
import { textOf } from './use-isolation.ts'

/** Another site whose commissioning tag the run may write: check 8 is then tried between two real sites. */
export function SiblingDialog(props: {
  readonly busy: boolean
  /** True where the run has begun. */
  readonly onRun: (path: string) => Promise<boolean>
  readonly onClose: () => void
}) {
  const { busy, onRun, onClose } = props
  const info = useInfo()
  const [path, setPath] = useState('')
  const blocked = path.trim() === '' ? 'Name its configuration file first.' : undefined

  async function run() {
    if (blocked !== undefined || busy) return
    if (await onRun(path.trim())) onClose()
  }
  async function pick() {
    try {
      const kinds: [string, string[]][] = [['Configuration', ['yaml', 'yml']]]
      const picked = await api.call('app.pickFile', { title: 'Configuration of the sibling', kinds })
      if (picked.kind === 'picked') setPath(picked.path)
    } catch (error) {
      showToast({ tone: 'bad', text: textOf(error) })
    }
  }
  return (
    <Dialog
      open
      title="Run 12 checks with a sibling"
      onClose={onClose}
      footer={
        <>
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} blocked={blocked} onClick={() => void run()}>
            Run 12 checks
          </Button>
        </>
      }
    >
      <p>
        A sibling is another site on the same brokers whose people agreed. Check 8 writes its commissioning tag with the
        value it has, and sees that ours stays; then ours, and sees that its own stays. Its gateway must run with writes
        armed.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void run()
        }}
      >
        <Field
          column
          label="Its configuration file, on this gateway's computer"
          help="Only read. Settings › Export for a server writes it there, with its secrets."
        >
          <div className="sibling-file">
            <Input mono autoFocus value={path} onValue={setPath} placeholder="/home/me/factory-b.yaml" />
            {info?.can.pickFiles && <Button onClick={() => void pick()}>Choose…</Button>}
          </div>
        </Field>
      </form>
    </Dialog>
  )
}
