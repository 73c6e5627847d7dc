import { CornerDownRight } from 'lucide-react'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { CopyButton } from '#renderer/ui/CopyButton.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Payload } from '#renderer/ui/Payload.tsx'
import { State, type StateKind } from '#renderer/ui/State.tsx'
import { Time } from '#renderer/ui/Time.tsx'
import { msText } from '#renderer/ui/times'
import type { Sent } from './history.ts'
import { verdictOf } from './history.ts'
import { type HopRow, hopRows, latencyMs, refusalOf, responseOf, sentAt, stationTitles } from './hops.ts'

/** What became of one request: its way with times, and the answer as it came. */
export function Result(props: {
  readonly sent: Sent | undefined
  readonly running: boolean
  readonly namespace: string
  readonly onGiveUp: () => void
}) {
  const { sent, running, namespace, onGiveUp } = props
  if (!sent) {
    return (
      <section className="pane" aria-label="Result">
        <div className="bar">
          <h2>What became of it</h2>
        </div>
        <EmptyState icon={CornerDownRight} title="Nothing sent yet">
          Each station on the way appears here as it is reached: broker, gateway, checks, PLC, answer.
        </EmptyState>
      </section>
    )
  }
  const response = responseOf(sent.hops)
  const refusal = refusalOf(sent.hops)
  const ms = latencyMs(sent.hops)
  return (
    <section className="pane" aria-label="Result">
      <div className="bar">
        <h2>What became of it</h2>
        <span className="mono dim cut">{sent.requestId}</span>
        <span className="grow" />
        <span aria-live="polite">
          <Verdict sent={sent} />
        </span>
        {ms !== undefined && <span className="mono">{msText(ms)} ms</span>}
        {running && (
          <Button small onClick={onGiveUp}>
            Give up
          </Button>
        )}
      </div>
      <div className="scroll">
        <Way sent={sent} />
        {refusal?.hint && (
          <div className="callout wb-hint">
            <Icon2 />
            <span>{refusal.hint}</span>
          </div>
        )}
        {response && (
          <div className="wb-response">
            <div className="bar">
              <span className="dim text-small">Response on</span>
              <span className="grow cut">
                <Address text={response.address} namespace={namespace} />
              </span>
              <CopyButton text={response.payload} what="response" />
            </div>
            <Payload text={response.payload} namespace={namespace} />
          </div>
        )}
      </div>
    </section>
  )
}

function Icon2() {
  return <CornerDownRight className="icon small" aria-hidden="true" />
}

const looks: Readonly<Record<string, readonly [StateKind, string]>> = {
  running: ['busy', 'Under way'],
  proven: ['ok', 'Written and read back'],
  written: ['ok', 'Written'],
  refused: ['bad', 'Refused'],
  failed: ['bad', 'Failed'],
  foreign: ['bad', 'Answered by another gateway'],
}

/** Glyph and word for what became of it; a refusal that was wanted is quiet. */
export function Verdict({ sent, small }: { readonly sent: Sent; readonly small?: boolean }) {
  const { outcome, expected } = verdictOf(sent)
  if (expected) {
    return (
      <State kind="refused" strong={!small} title={outcome.text}>
        {small ? 'refused' : 'Refused'} <span className="dim">as expected</span>
      </State>
    )
  }
  const [kind, word] = looks[outcome.kind] ?? ['bad', outcome.kind]
  const wrong = expected === false && outcome.kind !== 'failed'
  const text = wrong ? (outcome.kind === 'refused' ? 'Refused, other reason' : 'Not refused') : word
  return (
    <State kind={wrong ? 'bad' : kind} strong={!small} title={outcome.text}>
      {small ? text.toLowerCase() : text}
    </State>
  )
}

function Way({ sent }: { readonly sent: Sent }) {
  const rows = hopRows(sent.hops, sent.negative === undefined)
  const most = Math.max(1, ...rows.map(({ to }) => to ?? 0))
  const start = sentAt(sent.hops)
  return (
    <ol className="wb-hops" aria-label="Way of the request">
      <li className="axis" aria-hidden="true">
        <span>{start !== undefined && <Time at={start} form="ms" />}</span>
        <span />
        <span />
        <span className="right">ms</span>
      </li>
      {rows.map((row) => (
        <Hop key={row.station} row={row} most={most} />
      ))}
    </ol>
  )
}

function Hop({ row, most }: { readonly row: HopRow; readonly most: number }) {
  const { station, state, text, from, to } = row
  const left = ((from ?? 0) / most) * 100
  const width = Math.max(1.2, (((to ?? 0) - (from ?? 0)) / most) * 100)
  return (
    <li className={state}>
      <span className="what">{stationTitles[station]}</span>
      <span className="text cut" title={text}>
        {state === 'skipped' ? 'not reached' : state === 'pending' ? '…' : text}
      </span>
      <span className="track" aria-hidden="true">
        {to !== undefined && <b style={{ left: `${Math.min(left, 98.8)}%`, width: `${width}%` }} />}
      </span>
      <span className="ms mono">{to === undefined ? '' : msText(to)}</span>
    </li>
  )
}
