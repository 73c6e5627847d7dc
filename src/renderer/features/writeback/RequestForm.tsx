import { Send } from 'lucide-react'
import { entryTitle } from '#renderer/site/chips'
import { Button } from '#renderer/ui/Button.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { Combo } from '#renderer/ui/Combo.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { KeyHint } from '#renderer/ui/KeyHint.tsx'
import { Select } from '#renderer/ui/Select.tsx'
import { entryText } from '#shared/broker'
import { Message } from './Message.tsx'
import { entryIdOf } from './place.ts'
import { tester } from './the-tester.ts'
import {
  buttonText,
  identityText,
  sendTested,
  serialOf,
  type Tested,
  tagAside,
  tagValue,
  whyNot,
} from './use-tester.ts'
import { ValueEditor } from './ValueEditor.tsx'

/** Broker, PLC, tag and value; the exact message they make; the button that sends it. */
export function RequestForm({ tested }: { readonly tested: Tested }) {
  const { draft, running, entry, plc, plcs, plcState, row, reading, value, namespace, message, explained } = tested
  const blocked = whyNot(tested)
  const refused = explained.steps.some(({ verdict }) => verdict === 'refused')
  const choose = (tag: string) => tester.change({ plc, tag, text: '' })
  return (
    <section className="pane" aria-label="Request">
      <div className="bar">
        <h2>Request</h2>
        <span className="grow" />
        <KeyHint keys="Mod+Enter" />
        <span className="dim text-small">sends</span>
      </div>
      <div className="scroll">
        <div className="form wb-form">
          <Field label="Broker" problem={tested.entryProblem}>
            <EntryChoice tested={tested} />
          </Field>
          <Field label="PLC" problem={tested.plcProblem}>
            <Select
              options={withChosen(plcs, plc).map((name) => ({
                value: name,
                label: name,
                aside: name === plc ? identityText(plcState) : undefined,
              }))}
              value={plc || null}
              placeholder="No PLC is served by this entry"
              onValue={(next) => tester.change({ plc: next, tag: '', text: '' })}
            />
          </Field>
          <Field label="Tag" problem={tested.tags.error || undefined}>
            <Combo
              mono
              options={tested.tagOptions.map((one) => ({ value: tagValue(one), aside: tagAside(one) }))}
              value={draft.tag}
              onValue={choose}
              placeholder={tested.tags.loading ? 'Reading the tags' : 'Name of a tag'}
              empty="No configured tag of this name: only those can be written."
              aside={row && nowText(reading)}
            />
          </Field>
          {!draft.edited && (
            <ValueEditor
              text={draft.text}
              onText={(text) => tester.change({ text })}
              type={tested.type}
              limits={tested.limits}
              value={value}
            />
          )}
        </div>
        {entry && message && (
          <Message
            entry={entry}
            message={message}
            namespace={namespace}
            retain={draft.retain}
            edited={draft.edited !== undefined}
            onEdit={(edited) => tester.change(edited ? { edited } : withoutEdit())}
          />
        )}
      </div>
      <div className="wb-go">
        <Button
          kind={refused || draft.edited ? 'normal' : 'primary'}
          icon={Send}
          blocked={blocked}
          busy={running}
          onClick={() => sendTested(tested)}
        >
          {buttonText(tested)}
        </Button>
        <span className="who">
          <span className="ns-part mono">{namespace}</span>
          <span className="cut" title={identityText(plcState)}>
            {[plc, serialOf(plcState)].filter(Boolean).join(', ')}
          </span>
        </span>
      </div>
    </section>
  )
}

function withoutEdit() {
  return { edited: undefined }
}

function nowText(reading: Tested['reading']): string | undefined {
  if (!reading) return 'not read yet'
  const value = reading.valueJson === undefined ? reading.quality : reading.valueJson.slice(0, 16)
  return [reading.type, reading.quality === 'good' ? `now ${value}` : reading.quality].filter(Boolean).join(', ')
}

/** What was chosen is shown as it is, also where it is no choice any more. */
function withChosen(plcs: readonly string[], plc: string): readonly string[] {
  return plc === '' || plcs.includes(plc) ? plcs : [plc, ...plcs]
}

/** Side by side while they are few, a list when they are many. The chosen one is among them, also where it is gone. */
function EntryChoice({ tested }: { readonly tested: Tested }) {
  const { draft, entry, entries } = tested
  const chosen = entry ? entryIdOf(entry) : draft.entry
  if (!chosen) return <span className="dim">No broker entry is switched on.</span>
  const all = [...(entry ? [] : [chosen]), ...entries.map(entryIdOf)]
  const options = all.map((id) => ({ value: entryText(id), label: entryTitle(id) }))
  const choose = (text: string) => {
    const next = entries.map(entryIdOf).find((id) => entryText(id) === text)
    if (next) tester.change({ entry: next, ...withoutEdit() })
  }
  const value = entryText(chosen)
  return options.length <= 3 ? (
    <Segmented wide label="Broker" options={options} value={value} onValue={choose} />
  ) : (
    <Select options={options} value={value} onValue={choose} />
  )
}
