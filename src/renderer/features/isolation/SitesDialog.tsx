import { useState } from 'react'
import { api } from '#renderer/api/index'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input, TextArea } from '#renderer/ui/Input.tsx'
import { showToast } from '#renderer/ui/live'
import type { SitesImport } from '#shared/contract/isolation'
import { namespaceProblem } from '#shared/names/rules'
import { ask, textOf } from './use-isolation.ts'

/** Other sites: typed one by one, or a CSV list, or another site's exported configuration. */
export function SitesDialog({ onClose }: { readonly onClose: () => void }) {
  const [namespace, setNamespace] = useState('')
  const [site, setSite] = useState('')
  const [text, setText] = useState('')
  const [found, setFound] = useState<SitesImport>()
  const [busy, setBusy] = useState(false)
  const problem = namespace === '' ? undefined : namespaceProblem(namespace)

  async function add() {
    if (namespace === '' || problem) return
    setBusy(true)
    if (await ask(api.call('isolation.addSite', { namespace, site: site.trim() }))) {
      showToast({ text: `${namespace} is in the list` })
      setNamespace('')
      setSite('')
    }
    setBusy(false)
  }
  async function read() {
    setBusy(true)
    try {
      setFound(await api.call('isolation.importSites', { text }))
    } catch (error) {
      showToast({ tone: 'bad', text: textOf(error) })
    }
    setBusy(false)
  }

  return (
    <Dialog
      open
      title="Other sites on these brokers"
      onClose={onClose}
      footer={
        <>
          <span className="dim text-small grow">Their namespaces are only ever read here.</span>
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          void add()
        }}
      >
        <Field label="Namespace" problem={problem}>
          <Input mono autoFocus value={namespace} onValue={setNamespace} placeholder="factory-b" />
        </Field>
        <Field label="Site">
          <Input value={site} onValue={setSite} placeholder="Detroit line 2" />
        </Field>
        <div>
          <Button submit busy={busy} blocked={namespace === '' ? 'Type a namespace first.' : problem}>
            Add to the list
          </Button>
        </div>
      </form>
      <Field
        column
        label="Or many at once"
        help="Lines of site,namespace – or another site's configuration file, as it was exported there."
      >
        <TextArea rows={6} value={text} onValue={setText} />
      </Field>
      <div>
        <Button
          busy={busy}
          blocked={text.trim() === '' ? 'Paste something first.' : undefined}
          onClick={() => void read()}
        >
          Take these over
        </Button>
      </div>
      {found && (
        <div role="status">
          <p>
            {found.added.length} added
            {found.added.length > 0 && `: ${found.added.map((one) => one.namespace).join(', ')}`}
          </p>
          {found.problems.map((one) => (
            <p key={`${one.line} ${one.text}`} className="callout warn">
              line {one.line}: {one.text}
            </p>
          ))}
        </div>
      )}
    </Dialog>
  )
}
