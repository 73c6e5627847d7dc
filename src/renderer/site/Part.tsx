import type { ReactNode } from 'react'
import { State } from '#renderer/ui/State.tsx'
import './Parts.css'

/** One figure of a broker or PLC: its name, the value, a remark. */
export function PartCell(props: {
  readonly name: string
  readonly value: ReactNode
  readonly unit?: string
  readonly small: string
}) {
  return (
    <div>
      <span className="key">{props.name}</span>
      <span className="value">
        {props.value}
        {props.unit && ` ${props.unit}`}
      </span>
      <span className="small" title={props.small}>
        {props.small}
      </span>
    </div>
  )
}

/** Beside a part whose form holds what was typed and not saved. */
export function NotSaved() {
  return <State kind="warn">not saved yet</State>
}

/** The wait in an error's text is of when it was written; on the screen it runs beside it. */
export function withoutWait(text: string): string {
  return text.replace(/\s*Retrying in [\d.]+ (?:ms|s|min|h)\.$/, '')
}
