import { ChevronDown, ChevronRight, type LucideIcon } from 'lucide-react'
import { Fragment, type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { Icon } from './Icon.tsx'
import './TreeView.css'

export interface TreeItem {
  readonly id: string
  readonly label: ReactNode
  /** Said in place of `label` where that is no text. */
  readonly name?: string
  /** 0-based depth. */
  readonly depth: 0 | 1 | 2 | 3
  readonly icon?: LucideIcon
  readonly count?: number
  /** `undefined`: nothing below it. */
  readonly open?: boolean | undefined
  /** A line below, part of the item: state, identity. */
  readonly under?: ReactNode
}

/** A short tree of places to choose from: arrow keys move and open, Enter chooses. The tree has the focus. */
export function TreeView(props: {
  readonly label: string
  readonly items: readonly TreeItem[]
  readonly chosen: string
  readonly onChoose: (id: string) => void
  readonly onOpen: (id: string, open: boolean) => void
}) {
  const { label, items, chosen, onChoose, onOpen } = props
  const id = useId()
  const [moved, setMoved] = useState<string>()
  const active = items.some((item) => item.id === moved) ? moved : chosen
  const at = Math.max(
    0,
    items.findIndex((item) => item.id === active),
  )

  function onKeyDown(event: KeyboardEvent) {
    const item = items[at]
    const to = (index: number) => setMoved(items[Math.min(items.length - 1, Math.max(0, index))]?.id)
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return
    switch (event.key) {
      case 'ArrowDown':
        to(at + 1)
        break
      case 'ArrowUp':
        to(at - 1)
        break
      case 'Home':
        to(0)
        break
      case 'End':
        to(items.length - 1)
        break
      case 'ArrowRight':
        if (item.open === false) onOpen(item.id, true)
        else if (item.open) to(at + 1)
        break
      case 'ArrowLeft':
        if (item.open) onOpen(item.id, false)
        else to(parentOf(items, at))
        break
      case 'Enter':
      case ' ':
        onChoose(item.id)
        break
      default:
        return
    }
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      role="tree"
      className="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={items[at] ? `${id}-${at}` : undefined}
      onKeyDown={onKeyDown}
    >
      {items.map((item, i) => (
        <Fragment key={item.id}>
          <div
            id={`${id}-${i}`}
            role="treeitem"
            aria-level={item.depth + 1}
            aria-expanded={item.open}
            aria-selected={item.id === chosen}
            aria-label={item.name}
            className={rowClass(item, item.id === chosen, i === at)}
            onClick={() => {
              setMoved(item.id)
              onChoose(item.id)
            }}
          >
            <Chevron item={item} onOpen={onOpen} />
            {item.icon && <Icon of={item.icon} small={item.depth > 0} />}
            <span className="cut">{item.label}</span>
            {item.count !== undefined && <span className="count">{item.count}</span>}
          </div>
          {item.under && <div className="tree-under">{item.under}</div>}
        </Fragment>
      ))}
    </div>
  )
}

function Chevron(props: { readonly item: TreeItem; readonly onOpen: (id: string, open: boolean) => void }) {
  const { id, open } = props.item
  if (open === undefined) return <span className="chevron" />
  const toggle = (event: { stopPropagation(): void }) => {
    event.stopPropagation()
    props.onOpen(id, !open)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse; the keys are the tree's
    <span className="chevron" onClick={toggle}>
      <Icon of={open ? ChevronDown : ChevronRight} small />
    </span>
  )
}

function rowClass({ depth }: TreeItem, chosen: boolean, active: boolean): string {
  return ['tree-row', `d${depth}`, depth === 0 && 'top', chosen && 'chosen', active && 'active']
    .filter(Boolean)
    .join(' ')
}

function parentOf(items: readonly TreeItem[], at: number): number {
  const depth = items[at]?.depth ?? 0
  for (let i = at - 1; i >= 0; i--) if ((items[i]?.depth ?? 0) < depth) return i
  return at
}
