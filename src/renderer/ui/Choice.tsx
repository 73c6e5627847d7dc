import { Check, type LucideIcon } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { useField } from './Field.tsx'
import { Icon } from './Icon.tsx'
import './Choice.css'

export type Checked = boolean | 'some'

/** The box alone, for the cells of a table: the cell around it has role and name. */
export function Box({ checked, blocked }: { readonly checked: Checked; readonly blocked?: boolean }) {
  const look = checked === 'some' ? 'some' : checked ? 'on' : ''
  return (
    <span className={`box ${look} ${blocked ? 'off-limits' : ''}`} aria-hidden="true">
      {checked === true && <Icon of={Check} />}
    </span>
  )
}

/** A box with its words. `blocked`: why it can't be changed. */
export function CheckBox(props: {
  readonly checked: Checked
  readonly onChecked: (checked: boolean) => void
  readonly children: ReactNode
  readonly help?: ReactNode
  readonly blocked?: string | undefined
}) {
  const { checked, onChecked, children, help, blocked } = props
  return (
    <button
      type="button"
      role="checkbox"
      className="check"
      aria-checked={checked === 'some' ? 'mixed' : checked}
      aria-disabled={blocked !== undefined || undefined}
      title={blocked}
      onClick={() => blocked === undefined && onChecked(checked !== true)}
    >
      <Box checked={checked} />
      <span>
        {children}
        {help && <span className="help">{help}</span>}
      </span>
    </button>
  )
}

/** On or off, at once. Inside a `Field` the label names it; `children` are the words beside it. */
export function Switch(props: {
  readonly checked: boolean
  readonly onChecked: (checked: boolean) => void
  readonly children?: ReactNode
  readonly label?: string
  readonly blocked?: string | undefined
}) {
  const field = useField()
  const { checked, onChecked, children, label, blocked } = props
  return (
    <button
      type="button"
      role="switch"
      id={field?.id}
      className="switch"
      aria-checked={checked}
      aria-label={label}
      aria-describedby={field?.describedBy}
      aria-disabled={blocked !== undefined || undefined}
      title={blocked}
      onClick={() => blocked === undefined && onChecked(!checked)}
    >
      <span className="track" aria-hidden="true" />
      {children}
    </button>
  )
}

export interface Option<V extends string> {
  readonly value: V
  readonly label: string
  readonly icon?: LucideIcon
  readonly help?: ReactNode
}

interface OneOfProps<V extends string> {
  readonly label: string
  readonly options: readonly Option<V>[]
  readonly value: V
  readonly onValue: (value: V) => void
}

/** One of a few, side by side: views, radix, broker. Arrow keys move. */
export function Segmented<V extends string>(props: OneOfProps<V> & { readonly wide?: boolean }) {
  const { label, options, value, onValue, wide } = props
  const { listRef, onKeyDown } = useRoving(props)
  return (
    <div ref={listRef} role="radiogroup" aria-label={label} className={`segmented ${wide ? 'wide' : ''}`}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => onValue(option.value)}
          onKeyDown={onKeyDown}
        >
          {option.icon && <Icon of={option.icon} small />}
          {wide ? <span className="cut">{option.label}</span> : option.label}
        </button>
      ))}
    </div>
  )
}

/** One of a few below each other, each with its help. */
export function Radios<V extends string>(props: OneOfProps<V>) {
  const { label, options, value, onValue } = props
  const { listRef, onKeyDown } = useRoving(props)
  return (
    <div ref={listRef} role="radiogroup" aria-label={label} className="radio-list">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          className="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => onValue(option.value)}
          onKeyDown={onKeyDown}
        >
          <span className="dot" aria-hidden="true" />
          <span>
            {option.label}
            {option.help && <span className="help">{option.help}</span>}
          </span>
        </button>
      ))}
    </div>
  )
}

/** Arrow keys move the choice and the focus, as in a group of radio buttons. */
function useRoving<V extends string>({ options, value, onValue }: OneOfProps<V>) {
  const listRef = useRef<HTMLDivElement>(null)
  const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
  function onKeyDown(event: KeyboardEvent) {
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const now = options.findIndex((option) => option.value === value)
    const next = (now + step + options.length) % options.length
    const option = options[next]
    if (!option) return
    onValue(option.value)
    const button = listRef.current?.children[next]
    if (button instanceof HTMLElement) button.focus()
  }
  return { listRef, onKeyDown }
}
