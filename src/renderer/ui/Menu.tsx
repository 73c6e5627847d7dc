import { Menu as Base } from '@base-ui/react/menu'
import { Check, type LucideIcon } from 'lucide-react'
import type { ReactElement } from 'react'
import { Icon } from './Icon.tsx'
import { KeyHint } from './KeyHint.tsx'
import './Popup.css'

export type MenuItem =
  | {
      readonly label: string
      readonly run: () => void
      readonly icon?: LucideIcon
      readonly keys?: string
      readonly aside?: string
      readonly danger?: boolean
      /** Why it can't be used now. */
      readonly blocked?: string | undefined
      /** A tick where true; absent: it is no choice. */
      readonly checked?: boolean
    }
  | 'line'
  | { readonly group: string }

/** A button (`trigger`) that opens a list of actions. */
export function Menu(props: {
  readonly trigger: ReactElement
  readonly items: readonly MenuItem[]
  readonly align?: 'start' | 'end'
}) {
  return (
    <Base.Root>
      <Base.Trigger render={props.trigger} />
      <Base.Portal>
        <Base.Positioner className="popup-place" sideOffset={4} align={props.align ?? 'end'}>
          <Base.Popup className="popup">
            {props.items.map((item, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list is fixed while it is open
              <Entry key={index} item={item} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function Entry({ item }: { readonly item: MenuItem }) {
  if (item === 'line') return <Base.Separator className="line" />
  if ('group' in item) return <div className="group">{item.group}</div>
  const { label, run, icon, keys, aside, danger, blocked, checked } = item
  const content = (
    <>
      <span className="mark">{checked ? <Icon of={Check} small /> : icon && <Icon of={icon} small />}</span>
      {label}
      {(aside || keys) && <span className="aside">{keys ? <KeyHint keys={keys} /> : aside}</span>}
    </>
  )
  const shared = { className: `item ${danger ? 'danger' : ''}`, disabled: blocked !== undefined, title: blocked }
  if (checked === undefined) {
    return (
      <Base.Item {...shared} onClick={run}>
        {content}
      </Base.Item>
    )
  }
  return (
    <Base.CheckboxItem {...shared} checked={checked} onCheckedChange={run} closeOnClick={false}>
      {content}
    </Base.CheckboxItem>
  )
}
