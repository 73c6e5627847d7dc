import { type LucideIcon, OctagonX, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import './EmptyState.css'

/** Nothing here yet: says why, and offers what to do. */
export function EmptyState(props: {
  readonly icon: LucideIcon
  readonly title: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
}) {
  return (
    <div className="empty">
      <Icon of={props.icon} />
      <h2>{props.title}</h2>
      {props.children && <p>{props.children}</p>}
      {props.actions && <div className="actions">{props.actions}</div>}
    </div>
  )
}

/** Something must be acted on now: says what to do. `loud` interrupts screen readers once. */
export function Banner(props: {
  readonly tone: 'warn' | 'bad'
  readonly children: ReactNode
  readonly action?: ReactNode
  readonly loud?: boolean
}) {
  return (
    <div className={`banner ${props.tone}`} role={props.loud ? 'alert' : 'status'}>
      <Icon of={props.tone === 'bad' ? OctagonX : TriangleAlert} />
      <span className="grow">{props.children}</span>
      {props.action}
    </div>
  )
}

/** Long work: what it is at, how far, and (as `action`) how to stop it. Without `value` nobody knows how far. */
export function Progress(props: {
  readonly label: string
  readonly value?: number
  readonly most?: number
  readonly action?: ReactNode
}) {
  const { label, value, most, action } = props
  return (
    <div className="progress">
      <span className="line">
        <span className="cut">{label}</span>
        {value !== undefined && most !== undefined && (
          <span>
            {value} of {most}
          </span>
        )}
        {action}
      </span>
      <progress aria-label={label} {...(value === undefined ? {} : { value })} max={most ?? 1} />
    </div>
  )
}
