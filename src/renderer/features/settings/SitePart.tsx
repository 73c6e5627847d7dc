import { useState } from 'react'
import { changeOrTell } from '#renderer/site/change'
import { createDrafts, useDraft } from '#renderer/site/drafts'
import { useConfig } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { durationText } from '#shared/duration'
import type { ConfigView } from '#shared/site'
import { durationProblem } from './durations.ts'
import { SaveLine } from './SaveLine.tsx'
import { Section } from './Section.tsx'

interface SiteForm {
  readonly name: string
  readonly rate: string
}
const formOf = (config: ConfigView): SiteForm => ({ name: config.site ?? '', rate: durationText(config.poll_rate) })
const drafts = createDrafts(formOf)

/** Name for people, and how often PLCs are read. */
export function SitePart() {
  const config = useConfig()
  return config ? <SiteEditor config={config} /> : null
}

function SiteEditor({ config }: { readonly config: ConfigView }) {
  const { form, typed, setForm, revert } = useDraft(drafts, 'site', formOf(config))
  const { name, rate } = form
  const [busy, setBusy] = useState(false)
  const problem = durationProblem(rate)
  const blocked = problem ?? (typed ? undefined : 'Nothing was changed.')
  async function save() {
    setBusy(true)
    const before = { site: config.site ?? null, poll_rate: durationText(config.poll_rate) }
    const saved = await changeOrTell([{ kind: 'set', keys: { site: name.trim() || null, poll_rate: rate.trim() } }], {
      text: 'Site saved',
      undo: [{ kind: 'set', keys: before }],
    })
    if (saved) revert()
    setBusy(false)
  }
  return (
    <div className="scroll">
      <form
        className="settings-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (blocked === undefined) void save()
        }}
      >
        <Section title="Site">
          <Field label="Name" help="For people and reports; it is part of no topic">
            <Input
              value={name}
              onValue={(next) => setForm({ ...form, name: next })}
              maxLength={200}
              placeholder="Chicago line 1"
            />
          </Field>
          <Field label="Poll rate" problem={problem} help="For PLCs that name none of their own; at least 250ms">
            <Input value={rate} onValue={(next) => setForm({ ...form, rate: next })} mono />
          </Field>
          <SaveLine typed={typed} onRevert={revert}>
            <Button kind="primary" submit blocked={blocked} busy={busy}>
              Save site
            </Button>
          </SaveLine>
        </Section>
      </form>
    </div>
  )
}
