import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { useField } from './Field.tsx'
import { Icon } from './Icon.tsx'
import './Popup.css'

export interface SelectOption<V extends string> {
  readonly value: V
  readonly label: string
  /** Small, on the right: `1756-L83E`. */
  readonly aside?: ReactNode
}

/** One of several in a list that opens. Inside a `Field` it has its label; else give it `label`. */
export function Select<V extends string>(props: {
  readonly options: readonly SelectOption<V>[]
  readonly value: V | null
  readonly onValue: (value: V) => void
  readonly label?: string
  readonly placeholder?: string
  readonly mono?: boolean
}) {
  const { options, value, onValue, label, placeholder = 'Choose', mono } = props
  const field = useField()
  const chosen = options.find((option) => option.value === value)
  return (
    <Base.Root
      items={options}
      value={value}
      onValueChange={(next) => next !== null && onValue(next)}
      {...(field ? { id: field.id } : {})}
    >
      <Base.Trigger
        className={`select ${field?.bad ? 'bad' : ''}`}
        aria-label={label}
        aria-describedby={field?.describedBy}
      >
        <span className={`value ${mono ? 'mono' : ''} ${chosen ? '' : 'dim'}`}>{chosen?.label ?? placeholder}</span>
        {chosen?.aside && <span className="aside">{chosen.aside}</span>}
        <Base.Icon className="chevron">
          <Icon of={ChevronDown} small />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="popup-place" sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className="popup">
            <Base.List>
              {options.map((option) => (
                <Base.Item key={option.value} className="item" value={option.value}>
                  <span className="mark">
                    <Base.ItemIndicator>
                      <Icon of={Check} small />
                    </Base.ItemIndicator>
                  </span>
                  <Base.ItemText className={mono ? 'mono' : ''}>{option.label}</Base.ItemText>
                  {option.aside && <span className="aside">{option.aside}</span>}
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
