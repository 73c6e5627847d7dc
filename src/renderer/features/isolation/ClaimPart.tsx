import { OctagonX, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { api } from '#renderer/api/index'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { Input, TextArea } from '#renderer/ui/Input.tsx'
import { useNow } from '#renderer/ui/use-now'
import type { ClaimStatus } from '#shared/isolation'
import { claimWords, markText } from '#shared/isolation-words'
import { ask } from './use-isolation.ts'
import { claimAlarm } from './words.ts'

/** What must be decided about the claim: clear a contested namespace, or take one over. Nothing while all is well. */
export function ClaimPart({ claim }: { readonly claim: ClaimStatus | undefined }) {
  const now = useNow()
  const [taking, setTaking] = useState(false)
  const alarm = claimAlarm(claim)
  if (!claim || !alarm) return null
  const { text, hint } = claimWords(claim.gateway, claim.namespace, now)
  return (
    <div
      className={`callout ${alarm === 'contested' ? 'bad' : 'warn'} claim-part`}
      role={alarm === 'contested' ? 'alert' : 'status'}
    >
      <Icon of={alarm === 'contested' ? OctagonX : TriangleAlert} small />
      <span className="grow">
        <b>{text}</b> <span className="mid">{hint}</span>
      </span>
      {alarm === 'contested' && (
        <Button small onClick={() => void ask(api.call('isolation.clearContested', {}))}>
          The other one is stopped: clear this
        </Button>
      )}
      {claim.owner && alarm === 'standby' && (
        <Button small onClick={() => setTaking(true)}>
          Take the namespace over…
        </Button>
      )}
      {taking && <TakeOver claim={claim} onClose={() => setTaking(false)} />}
    </div>
  )
}

function TakeOver({ claim, onClose }: { readonly claim: ClaimStatus; readonly onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [name, setName] = useState('')
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const { namespace, owner } = claim
  const blocked =
    typed !== namespace
      ? `Type ${namespace} first.`
      : name.trim() === '' || reason.trim() === ''
        ? 'Name and reason are needed.'
        : undefined
  async function take() {
    if (blocked) return
    setBusy(true)
    const done = await ask(api.call('isolation.take', { namespace: typed, name: name.trim(), reason: reason.trim() }))
    setBusy(false)
    if (done) onClose()
  }
  return (
    <Dialog
      open
      title={`Take namespace ${namespace} over`}
      onClose={onClose}
      footer={
        <>
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" busy={busy} blocked={blocked} onClick={() => void take()}>
            Take {namespace} over
          </Button>
        </>
      }
    >
      {owner && (
        <p>
          It belongs to <b>{markText(owner)}</b>, last seen {owner.time}. Requests meant for that site reach <b>this</b>{' '}
          site's controllers from then on. Do it only where this gateway replaces that one.
        </p>
      )}
      <Field label="Namespace" help={`Type ${namespace}`}>
        <Input mono value={typed} onValue={setTyped} autoFocus />
      </Field>
      <Field label="Your name">
        <Input value={name} onValue={setName} />
      </Field>
      <Field label="Reason" help="Written into the journal here, and into the owner record for the other side.">
        <TextArea rows={2} value={reason} onValue={setReason} />
      </Field>
    </Dialog>
  )
}
