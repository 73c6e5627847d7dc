import type { LucideIcon } from 'lucide-react'
import type { ButtonHTMLAttributes, KeyboardEvent, MouseEvent, ReactNode, Ref } from 'react'
import { Icon } from './Icon.tsx'
import { KeyHint } from './KeyHint.tsx'
import './Button.css'
import { LoaderCircle } from 'lucide-react'

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled' | 'type'> {
  /** `primary`: the main action of a screen, one only. `plain`: without a frame. `danger`: removes something. */
  readonly kind?: 'normal' | 'primary' | 'plain' | 'danger'
  readonly icon?: LucideIcon
  readonly small?: boolean
  readonly wide?: boolean
  /** Work is under way: shows it, and takes no second click. */
  readonly busy?: boolean
  /** Why it can't be used now; undefined where it can. It stays reachable by keyboard, and the reason is its tooltip. */
  readonly blocked?: string | undefined
  readonly keys?: string
  readonly children?: ReactNode
  readonly ref?: Ref<HTMLButtonElement>
  readonly submit?: boolean
}

/** A button says what it does. Without children it is an icon alone, and `aria-label` is required. */
export function Button(props: ButtonProps) {
  const {
    kind = 'normal',
    icon,
    small,
    wide,
    busy,
    blocked,
    keys,
    children,
    className,
    onClick,
    onKeyDown,
    submit,
    ...rest
  } = props
  const off = busy || blocked !== undefined
  const classes = ['btn', kind, small && 'small', wide && 'wide', !children && 'only-icon', className]
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (off) event.preventDefault()
    else onClick?.(event)
  }
  /** Enter held down would click as often as the keyboard repeats it. */
  const keyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.key === 'Enter' && event.repeat) event.preventDefault()
    onKeyDown?.(event)
  }
  return (
    <button
      type={submit ? 'submit' : 'button'}
      className={classes.filter(Boolean).join(' ')}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      title={blocked ?? (children ? undefined : rest['aria-label'])}
      {...rest}
      onClick={click}
      onKeyDown={keyDown}
    >
      {busy ? <Icon of={LoaderCircle} small className="spin" /> : icon && <Icon of={icon} small={!!children} />}
      {children}
      {keys && <KeyHint keys={keys} />}
    </button>
  )
}
