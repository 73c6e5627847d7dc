import { ChevronRight } from 'lucide-react'
import { Segmented, Switch } from '#renderer/ui/Choice.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { durationText } from '#shared/duration'
import type { PlcForm, PlcProblems } from './form.ts'

const drivers = [
  { value: 'logix', label: 'Logix' },
  { value: 'micro800', label: 'Micro800' },
] as const

/** The fields of a PLC. */
export function PlcFields(props: {
  readonly form: PlcForm
  readonly onForm: (form: PlcForm) => void
  readonly problems: PlcProblems
  readonly globalPollMs: number
}) {
  const { form, onForm, problems, globalPollMs } = props
  const set = (patch: Partial<PlcForm>) => onForm({ ...form, ...patch })
  return (
    <div className="form entry-form">
      <Field label="Name" problem={problems.name} help="Part of every topic and key of its tags.">
        <Input value={form.name} onValue={(name) => set({ name })} placeholder="Main PLC" />
      </Field>
      <Field label="Driver">
        <Segmented label="Driver" options={drivers} value={form.driver} onValue={(driver) => set({ driver })} />
      </Field>
      <Field label="Address" problem={problems.address}>
        <Input mono value={form.address} onValue={(address) => set({ address })} placeholder="192.168.1.100" />
      </Field>
      {form.driver === 'logix' && (
        <Field
          label="Slot"
          problem={problems.slot}
          help={form.path ? 'The connection path below replaces it.' : 'Of the CPU; 0 for a CompactLogix.'}
        >
          <Input mono value={form.slot} onValue={(slot) => set({ slot })} placeholder="0" />
        </Field>
      )}
      <Field label="Poll rate" problem={problems.pollRate}>
        <Input
          mono
          value={form.pollRate}
          onValue={(pollRate) => set({ pollRate })}
          placeholder={`${durationText(globalPollMs)}, as for all`}
        />
      </Field>
      <Field label="PLC">
        <Switch checked={form.enabled} onChecked={(enabled) => set({ enabled })}>
          {form.enabled ? 'on' : 'off · neither read nor written'}
        </Switch>
      </Field>
      <details className="more">
        <summary>
          <Icon of={ChevronRight} small /> More
        </summary>
        <div className="form">
          {form.driver === 'logix' && (
            <Field label="Path" problem={problems.path} help="CIP path through other modules; replaces the slot.">
              <Input mono value={form.path} onValue={(path) => set({ path })} placeholder="1,0" />
            </Field>
          )}
          <Field label="Timeout" problem={problems.timeout} help="How long an answer of the PLC is awaited.">
            <Input mono value={form.timeout} onValue={(timeout) => set({ timeout })} placeholder="3s" />
          </Field>
          <Field label="Health">
            <Switch checked={form.health} onChecked={(health) => set({ health })}>
              {form.health ? 'published every 10 s and at each change' : 'not published'}
            </Switch>
          </Field>
        </div>
      </details>
    </div>
  )
}
