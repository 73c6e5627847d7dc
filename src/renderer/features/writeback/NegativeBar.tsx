import { Button } from '#renderer/ui/Button.tsx'
import { type NegativeCase, negativeCaseTitles } from '#shared/negative-cases'

/** A button for each request that must be refused. None of them changes a value, even where a protection is broken. */
export function NegativeBar(props: {
  readonly cases: readonly NegativeCase[]
  readonly blocked: string | undefined
  readonly onSend: (negative: NegativeCase) => void
}) {
  const { cases, blocked, onSend } = props
  return (
    <section className="wb-negative" aria-label="Requests that must be refused">
      <h3>Send one that must be refused</h3>
      {cases.map((negative) => (
        <Button
          key={negative.id}
          small
          blocked={blocked ?? (negative.possible ? undefined : negative.why)}
          onClick={() => onSend(negative)}
        >
          {negativeCaseTitles[negative.id]}
        </Button>
      ))}
      <span className="grow" />
      <span className="dim text-small cut">None of them changes a value in the PLC</span>
    </section>
  )
}
