import { OctagonX } from 'lucide-react'
import { createContext, type ReactNode, useContext, useId } from 'react'
import { Icon } from './Icon.tsx'
import './Field.css'

interface FieldIds {
  readonly id: string
  readonly describedBy: string | undefined
  readonly bad: boolean
}

const FieldContext = createContext<FieldIds | undefined>(undefined)

/** Ids that join a control to its field's label, help and problem; undefined outside a field. */
export function useField(): FieldIds | undefined {
  return useContext(FieldContext)
}

export interface FieldProps {
  readonly label: ReactNode
  /** Right of the label: `13 of 64 characters`. In a column only. */
  readonly count?: ReactNode
  readonly help?: ReactNode
  /** What is wrong and what to do. */
  readonly problem?: string | undefined
  /** Label above the control in place of beside it. */
  readonly column?: boolean
  readonly children: ReactNode
}

/** A control with its label, its help and what is wrong with it. */
export function Field({ label, count, help, problem, column, children }: FieldProps) {
  const id = useId()
  const helpId = help ? `${id}-help` : undefined
  const problemId = problem ? `${id}-problem` : undefined
  const describedBy = [problemId, helpId].filter(Boolean).join(' ') || undefined
  return (
    <FieldContext value={{ id, describedBy, bad: problem !== undefined }}>
      <div className={column ? 'field-column' : 'field-row'}>
        <label className="label" htmlFor={id}>
          {label}
          {column && count !== undefined && <span className="dim">{count}</span>}
        </label>
        <div>
          {children}
          {problem && (
            <p className="field-problem" id={problemId}>
              <Icon of={OctagonX} />
              {problem}
            </p>
          )}
          {help && (
            <p className="field-help" id={helpId}>
              {help}
            </p>
          )}
        </div>
      </div>
    </FieldContext>
  )
}
