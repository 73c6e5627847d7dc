import { Combobox as Base } from '@base-ui/react/combobox'
import { Check, ChevronDown } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { useField } from './Field.tsx'
import { Icon } from './Icon.tsx'
import './Popup.css'
import './Combo.css'

export interface ComboOption {
  readonly value: string
  /** Small, on the right. */
  readonly aside?: ReactNode
}

/** More than these help nobody: one types on. */
const mostShown = 100

/** One of very many: typed into, and chosen from what matches. Inside a `Field` it has its label; else give it `label`. */
export function Combo(props: {
  readonly options: readonly ComboOption[]
  readonly value: string
  readonly onValue: (value: string) => void
  readonly label?: string
  readonly placeholder?: string
  readonly mono?: boolean
  /** Inside the frame: `REAL, now 65.0`. */
  readonly aside?: ReactNode
  /** In place of the list where nothing matches. */
  readonly empty?: string
}) {
  const { options, value, onValue, label, placeholder, mono, aside, empty = 'Nothing of this name.' } = props
  const field = useField()
  const [typed, setTyped] = useState<string>()
  const byValue = useMemo(() => new Map(options.map((option) => [option.value, option])), [options])
  const { found, more } = useMemo(() => {
    const words = (typed ?? '').toLowerCase().split(/\s+/).filter(Boolean)
    const matching = options.filter((option) => words.every((word) => option.value.toLowerCase().includes(word)))
    return { found: matching.slice(0, mostShown).map((option) => option.value), more: matching.length - mostShown }
  }, [options, typed])
  return (
    <Base.Root
      items={found}
      filter={null}
      value={value === '' ? null : value}
      onValueChange={(next) => next !== null && onValue(next)}
      inputValue={typed ?? value}
      onInputValueChange={(text, { reason }) => setTyped(reason === 'input-change' ? text : undefined)}
      onOpenChange={(open) => !open && setTyped(undefined)}
      autoHighlight
      {...(field ? { id: field.id } : {})}
    >
      <div className={`input combo ${mono ? 'mono' : ''} ${field?.bad ? 'bad' : ''}`}>
        <Base.Input
          placeholder={placeholder}
          aria-label={label}
          aria-describedby={field?.describedBy}
          spellCheck={false}
          onFocus={(event) => event.target.select()}
        />
        {aside !== undefined && <span className="aside">{aside}</span>}
        <Base.Trigger className="combo-open" aria-label={`Show all${label ? ` for ${label}` : ''}`}>
          <Icon of={ChevronDown} small />
        </Base.Trigger>
      </div>
      <Base.Portal>
        <Base.Positioner className="popup-place" sideOffset={4}>
          <Base.Popup className="popup">
            <Base.Empty className="combo-empty">{empty}</Base.Empty>
            <Base.List>
              {(option: string) => (
                <Base.Item key={option} className="item" value={option}>
                  <span className="mark">
                    <Base.ItemIndicator>
                      <Icon of={Check} small />
                    </Base.ItemIndicator>
                  </span>
                  <span className={mono ? 'mono' : ''}>{option}</span>
                  {byValue.get(option)?.aside && <span className="aside">{byValue.get(option)?.aside}</span>}
                </Base.Item>
              )}
            </Base.List>
            {more > 0 && <div className="combo-more">{more.toLocaleString('en-US')} more: type a part of the name</div>}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
