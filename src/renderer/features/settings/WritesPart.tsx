import { useState } from 'react'
import { api } from '#renderer/api/index'
import { changeOrTell, outcomeText } from '#renderer/site/change'
import { createDrafts, useDraft } from '#renderer/site/drafts'
import { askOnDisk } from '#renderer/site/on-disk'
import { useConfig, useNamespace, useWriteMode } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Radios } from '#renderer/ui/Choice.tsx'
import { Confirm } from '#renderer/ui/Confirm.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { showToast } from '#renderer/ui/live'
import { Select } from '#renderer/ui/Select.tsx'
import { durationText } from '#shared/duration'
import type { ConfigView } from '#shared/site'
import type { WriteMode } from '#shared/write'
import { durationProblem } from './durations.ts'
import { SaveLine } from './SaveLine.tsx'
import { Section } from './Section.tsx'

const modes = [
  { value: 'read-only', label: 'Read-only', help: 'Requests are answered with the reason, nothing reaches a PLC' },
  { value: 'armed', label: 'Armed', help: 'Requests for writable tags are executed' },
] as const

interface Limits {
  readonly age: string
  readonly timeout: string
  readonly plc: string
  readonly tag: string
}
const limitsOf = (config: ConfigView): Limits => ({
  age: durationText(config.write_max_age),
  timeout: durationText(config.write_timeout),
  plc: config.commissioning?.plc ?? '',
  tag: config.commissioning?.tag ?? '',
})
const drafts = createDrafts(limitsOf)

/** Whether writes reach the PLCs, how old a request may be, and the tag for commissioning. */
export function WritesPart() {
  const config = useConfig()
  if (!config) return null
  return (
    <div className="scroll">
      <div className="settings-form">
        <ModeSection config={config} />
        <LimitsSection config={config} />
      </div>
    </div>
  )
}

function ModeSection({ config }: { readonly config: ConfigView }) {
  const mode = useWriteMode() ?? config.write_mode
  const namespace = useNamespace()
  const [arming, setArming] = useState(false)
  const [busy, setBusy] = useState(false)
  async function set(next: WriteMode) {
    setBusy(true)
    try {
      const outcome = await api.call('writeback.setMode', { mode: next })
      const text = outcomeText(outcome)
      // Not over what somebody else has changed: it may be what says which controller is written.
      if (outcome.kind === 'changed-on-disk') askOnDisk({ lines: outcome.difference })
      else if (text) showToast({ tone: 'bad', text })
      else showToast({ text: next === 'armed' ? 'Writes are armed' : 'Writes are blocked: read-only' })
    } catch (error) {
      showToast({ tone: 'bad', text: error instanceof Error ? error.message : String(error) })
    }
    setBusy(false)
    setArming(false)
  }
  const writable = config.plcs.reduce((all, { writableCount }) => all + writableCount, 0)
  return (
    <Section title="Write mode">
      <Radios
        label="Write mode"
        options={modes}
        value={mode}
        onValue={(next) => (next === 'armed' ? mode !== 'armed' && setArming(true) : void set(next))}
      />
      <Confirm
        open={arming}
        title="Arm writes"
        action="Arm writes"
        busy={busy}
        onConfirm={() => void set('armed')}
        onClose={() => setArming(false)}
      >
        <p>
          Write requests that name <b className="ns-part mono">{namespace}</b> are executed from now on: {writable}{' '}
          writable {writable === 1 ? 'tag' : 'tags'} of {config.plcs.map(({ name }) => name).join(', ')}. A write can
          move a machine.
        </p>
      </Confirm>
    </Section>
  )
}

function LimitsSection({ config }: { readonly config: ConfigView }) {
  const { form, typed, setForm, revert } = useDraft(drafts, 'limits', limitsOf(config))
  const { age, timeout, plc, tag } = form
  const set = (patch: Partial<typeof form>) => setForm({ ...form, ...patch })
  const [busy, setBusy] = useState(false)
  const problem = durationProblem(age) ?? durationProblem(timeout)
  const half = (plc === '') !== (tag === '') ? 'Name both the PLC and the tag, or neither.' : undefined
  async function save() {
    setBusy(true)
    const commissioning = plc && tag ? { plc, tag } : null
    const before = {
      write_max_age: durationText(config.write_max_age),
      write_timeout: durationText(config.write_timeout),
      commissioning: config.commissioning ?? null,
    }
    const saved = await changeOrTell(
      [{ kind: 'set', keys: { write_max_age: age.trim(), write_timeout: timeout.trim(), commissioning } }],
      {
        text: 'Limits of writes saved',
        undo: [{ kind: 'set', keys: before }],
      },
    )
    if (saved) revert()
    setBusy(false)
  }
  const plcs = [{ value: '', label: 'none' }, ...config.plcs.map(({ name }) => ({ value: name, label: name }))]
  return (
    <Section title="Limits">
      <Field
        label="Oldest request"
        problem={durationProblem(age)}
        help="Older ones are refused and marked as skipped (write_max_age)"
      >
        <Input mono value={age} onValue={(next) => set({ age: next })} />
      </Field>
      <Field
        label="Time to write"
        problem={durationProblem(timeout)}
        help="Counted from arrival; then it is answered with a time-out (write_timeout)"
      >
        <Input mono value={timeout} onValue={(next) => set({ timeout: next })} />
      </Field>
      <h2>Commissioning tag</h2>
      <p className="mid">The one tag that the isolation run may write. It must move nothing.</p>
      <Field label="PLC">
        <Select options={plcs} value={plc} onValue={(next) => set({ plc: next })} />
      </Field>
      <Field label="Tag" problem={half}>
        <Input mono value={tag} onValue={(next) => set({ tag: next })} placeholder="WL_Commissioning" />
      </Field>
      <SaveLine typed={typed} onRevert={revert}>
        <Button
          kind="primary"
          blocked={problem ?? half ?? (typed ? undefined : 'Nothing was changed.')}
          busy={busy}
          onClick={() => void save()}
        >
          Save limits
        </Button>
      </SaveLine>
    </Section>
  )
}
