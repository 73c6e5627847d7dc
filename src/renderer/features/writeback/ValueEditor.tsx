import { Switch } from '#renderer/ui/Choice.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input, TextArea } from '#renderer/ui/Input.tsx'
import { Select } from '#renderer/ui/Select.tsx'
import type { Limits } from '#shared/convert'
import type { DataType } from '#shared/plc'
import { type Edited, editorOf, hexHint, toggled } from '#shared/value-edit'

/** The editor that suits the tag's type. `problem` is shown below it. */
export function ValueEditor(props: {
  readonly text: string
  readonly onText: (text: string) => void
  readonly type: DataType | undefined
  readonly limits: Limits
  readonly value: Edited
}) {
  const { text, onText, type, limits, value } = props
  const editor = editorOf(type, limits)
  const problem = !value.ok && text !== '' ? value.why : undefined
  const hex = hexHint(value, type)
  switch (editor.kind) {
    case 'switch':
      return (
        <Field label="Value" problem={problem}>
          <Switch checked={value.ok && value.json === 'true'} onChecked={() => onText(toggled(text))}>
            <span className="mono">{value.ok ? value.json : text}</span>
          </Switch>
        </Field>
      )
    case 'choice':
      return (
        <Field label="Value" problem={problem}>
          <Select
            mono
            options={editor.choices.map((choice) => ({ value: choice.json, label: choice.text }))}
            value={value.ok ? value.json : null}
            onValue={onText}
          />
        </Field>
      )
    case 'number': {
      const { min, max } = editor
      const slides = !editor.whole && min !== undefined && max !== undefined
      return (
        <Field label="Value" problem={problem}>
          <div className="wb-number">
            <Input mono inputMode="decimal" value={text} onValue={onText} aside={hex || undefined} />
            {slides ? (
              <Slider min={Number(min)} max={Number(max)} text={text} onText={onText} />
            ) : (
              (min !== undefined || max !== undefined) && (
                <span className="dim text-small">
                  {min ?? '…'} to {max ?? '…'}
                </span>
              )
            )}
          </div>
        </Field>
      )
    }
    case 'text':
      return (
        <Field label="Value" problem={problem}>
          <Input mono value={text} onValue={onText} aside={`${text.length} of ${editor.capacity}`} />
        </Field>
      )
    case 'json':
      return (
        <Field
          label="Value"
          problem={problem}
          help={type === undefined ? 'As JSON: its type is not known here.' : undefined}
        >
          <TextArea rows={4} value={text} onValue={onText} />
        </Field>
      )
  }
}

/** Within the limits of the tag, in a hundred steps. */
function Slider(props: {
  readonly min: number
  readonly max: number
  readonly text: string
  readonly onText: (text: string) => void
}) {
  const { min, max, text, onText } = props
  const now = Number(text)
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(1e-9, max - min))))
  return (
    <span className="wb-slider">
      <input
        type="range"
        aria-label="Value within its limits"
        min={min}
        max={max}
        step={(max - min) / 100}
        value={Number.isFinite(now) ? now : min}
        onChange={(event) => onText(String(Number(Number(event.target.value).toFixed(Math.min(20, digits)))))}
      />
      <span className="ends">
        <span>{min}</span>
        <span>{max}</span>
      </span>
    </span>
  )
}
