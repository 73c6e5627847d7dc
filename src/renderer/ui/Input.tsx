import type { LucideIcon } from 'lucide-react'
import type { InputHTMLAttributes, ReactNode, Ref, TextareaHTMLAttributes } from 'react'
import { useField } from './Field.tsx'
import { Icon } from './Icon.tsx'
import './Field.css'

export interface InputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'size'> {
  readonly value: string
  readonly onValue: (value: string) => void
  readonly icon?: LucideIcon
  readonly mono?: boolean
  /** For the one name a screen is about. */
  readonly big?: boolean
  readonly bad?: boolean
  /** Inside the frame, at its end. */
  readonly aside?: ReactNode
  readonly ref?: Ref<HTMLInputElement>
}

/** One line of text. Inside a `Field` it has its label; else give it `aria-label`. */
export function Input({ value, onValue, icon, mono, big, bad, aside, className, ...rest }: InputProps) {
  const field = useField()
  const isBad = bad ?? field?.bad ?? false
  const classes = ['input', mono && 'mono', big && 'big', isBad && 'bad', className]
  return (
    <span className={classes.filter(Boolean).join(' ')}>
      {icon && <Icon of={icon} small />}
      <input
        id={field?.id}
        aria-describedby={field?.describedBy}
        aria-invalid={isBad || undefined}
        spellCheck={false}
        autoComplete="off"
        {...rest}
        value={value}
        onChange={(event) => onValue(event.target.value)}
      />
      {aside !== undefined && <span className="aside">{aside}</span>}
    </span>
  )
}

export interface TextAreaProps extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'value' | 'onChange'> {
  readonly value: string
  readonly onValue: (value: string) => void
  readonly bad?: boolean
  readonly ref?: Ref<HTMLTextAreaElement>
}

/** Several lines: payloads, JSON, CSV. */
export function TextArea({ value, onValue, bad, className, ...rest }: TextAreaProps) {
  const field = useField()
  const isBad = bad ?? field?.bad ?? false
  return (
    <textarea
      id={field?.id}
      className={['area', isBad && 'bad', className].filter(Boolean).join(' ')}
      aria-describedby={field?.describedBy}
      aria-invalid={isBad || undefined}
      spellCheck={false}
      {...rest}
      value={value}
      onChange={(event) => onValue(event.target.value)}
    />
  )
}
