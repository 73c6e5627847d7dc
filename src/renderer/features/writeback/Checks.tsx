import { Ban, Check, CircleDashed, Minus, OctagonX } from 'lucide-react'
import { Address } from '#renderer/ui/Address.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import type { Service } from '#shared/broker'
import { type CheckLine, checkLines, firstRefusal } from './check-list.ts'
import type { Explained } from './use-explain.ts'

const marks = { pass: Check, refused: OctagonX, unknown: CircleDashed, 'not-reached': Minus, 'not-asked': Minus }
const words = {
  pass: 'passes',
  refused: 'refused',
  unknown: 'not known yet',
  'not-reached': 'not reached',
  'not-asked': 'not asked',
}

/** Each check of the pipeline for the message as it stands, the first refusal with its repair. */
export function Checks(props: {
  readonly explained: Explained
  readonly service: Service
  readonly namespace: string
  /** What the window knows besides: PLC connected, time. */
  readonly after: readonly CheckLine[]
}) {
  const { explained, service, namespace, after } = props
  const { steps, stale, error } = explained
  const refusal = firstRefusal(steps)
  if (error) {
    return (
      <p className="callout bad wb-remark">
        <Icon of={OctagonX} small />
        {error}
      </p>
    )
  }
  const lines = checkLines(steps, service)
  const gate = lines.at(-1)
  return (
    <div className={`wb-checks ${stale ? 'stale' : ''}`} aria-live="polite" aria-busy={stale}>
      {refusal && (
        <div className="callout bad wb-refusal" role="status">
          <Icon of={Ban} small />
          <div>
            <b>{refusal.text}</b>
            <p>{refusal.hint}</p>
          </div>
        </div>
      )}
      <ol>
        {lines.slice(0, -1).map((line) => (
          <Line key={line.step} line={line} namespace={namespace} hasSteps={steps.length > 0} />
        ))}
      </ol>
      <h3>Again just before the bytes leave</h3>
      <ol>
        {[...(gate ? [gate] : []), ...after].map((line) => (
          <Line key={line.title} line={line} namespace={namespace} hasSteps={steps.length > 0} />
        ))}
      </ol>
    </div>
  )
}

function Line(props: { readonly line: CheckLine; readonly namespace: string; readonly hasSteps: boolean }) {
  const { line, namespace, hasSteps } = props
  const state = hasSteps || line.number === undefined ? line.state : 'not-reached'
  const bad = state === 'refused'
  return (
    <li className={state}>
      <Icon of={marks[state]} small />
      <span className="hidden-text">{words[state]}:</span>
      <span className="number">{line.number}</span>
      <span className="what">{line.title}</span>
      <span className="found cut">
        {bad ? 'refused' : line.step === 'namespace' ? <Address text={line.text} namespace={namespace} /> : line.text}
      </span>
    </li>
  )
}
