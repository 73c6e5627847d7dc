import { Fragment } from 'react'
import { type Layout, payloadParts } from './payload-parts.ts'
import './Payload.css'

/** JSON as it travels, a member a line; the namespace stands out. What is no JSON is shown as it is. */
export function Payload(props: {
  readonly text: string
  readonly namespace?: string | undefined
  /** `raw`: as it came. */
  readonly layout?: Layout
}) {
  const { text, namespace, layout } = props
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre className="payload json" tabIndex={0}>
      {payloadParts(text, namespace, layout).map((part) => (
        <Fragment key={part.at}>
          {part.kind === 'text' ? part.text : <span className={part.kind}>{part.text}</span>}
        </Fragment>
      ))}
    </pre>
  )
}
