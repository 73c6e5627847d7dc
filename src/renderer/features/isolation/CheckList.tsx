import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { serviceTitles } from '#renderer/site/chips'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { CopyButton } from '#renderer/ui/CopyButton.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { go } from '#renderer/ui/router'
import { State } from '#renderer/ui/State.tsx'
import { Time } from '#renderer/ui/Time.tsx'
import { type CheckNumber, type CheckResult, type Evidence, type RunState, verdictWords } from '#shared/isolation-run'
import { AcceptDialog } from './AcceptDialog.tsx'
import { isOwnAddress, type Row, rowsOf, verdictLooks } from './words.ts'

/** Lists what is left under our base; clearing is asked for apart. */
const leftOversCheck: CheckNumber = 10

/** The twelve checks; each opens to its evidence, what was not tried, and how to mend it. */
export function CheckList(props: {
  readonly run: RunState
  readonly namespace: string
  /** What check 7 does to the requests of others; '' where nothing. */
  readonly meanwhile: string
  readonly onRun: (check: CheckNumber) => void
}) {
  const { run, namespace, meanwhile, onRun } = props
  const [open, setOpen] = useState<CheckNumber>()
  const [accepting, setAccepting] = useState<CheckResult>()
  const running = run.kind === 'running'
  return (
    <section className="pane" aria-label="Checks">
      <ol className="checks scroll">
        {rowsOf(run).map((row) => (
          <Check
            key={row.number}
            row={row}
            open={open === row.number}
            namespace={namespace}
            meanwhile={row.number === 7 ? meanwhile : ''}
            running={running}
            onToggle={() => setOpen(open === row.number ? undefined : row.number)}
            onRun={() => onRun(row.number)}
            onAccept={() => setAccepting(row.result)}
          />
        ))}
      </ol>
      {accepting && <AcceptDialog result={accepting} onClose={() => setAccepting(undefined)} />}
    </section>
  )
}

function Check(props: {
  readonly row: Row
  readonly open: boolean
  readonly namespace: string
  readonly meanwhile: string
  readonly running: boolean
  readonly onToggle: () => void
  readonly onRun: () => void
  readonly onAccept: () => void
}) {
  const { row, open, namespace, meanwhile, running, onToggle, onRun, onAccept } = props
  const { number, title, question, state, doing, result } = row
  return (
    <li className={open ? 'open' : ''}>
      <button type="button" className="check-row" aria-expanded={open} onClick={onToggle}>
        <span className="number">{number}</span>
        <span className="title">{title}</span>
        <span className="verdict-cell">
          {result ? (
            <State kind={verdictLooks[result.verdict]} strong={result.verdict !== 'pass'}>
              <span className="verdict-word">{verdictWords[result.verdict]}</span>
            </State>
          ) : (
            <State kind={state === 'running' ? 'busy' : 'off'}>
              {{ running: 'running', waiting: 'waits', 'not-run': 'not run', done: '' }[state]}
            </State>
          )}
        </span>
        <span className="summary cut">{result ? result.summary : doing || question}</span>
        <span className="took">{result ? `${(result.tookMs / 1_000).toFixed(1)} s` : ''}</span>
        <Icon of={open ? ChevronDown : ChevronRight} small />
      </button>
      {open && (
        <div className="evidence">
          {!result && <p className="mid">{question}</p>}
          {result && <Found result={result} namespace={namespace} />}
          {meanwhile && <p className="mid">{meanwhile}</p>}
          <div className="evidence-actions">
            <Button small blocked={running ? 'A run is under way.' : undefined} onClick={onRun}>
              Run check {number} {result ? 'again' : 'alone'}
            </Button>
            {number === leftOversCheck && (
              <Button small onClick={() => go('settings', ['left-overs'])}>
                List and clear left-overs
              </Button>
            )}
            {result?.verdict === 'not-proven' && !result.accepted && (
              <Button small blocked={running ? 'A run is under way.' : undefined} onClick={onAccept}>
                Accept it with a reason…
              </Button>
            )}
          </div>
        </div>
      )}
    </li>
  )
}

function Found({ result, namespace }: { readonly result: CheckResult; readonly namespace: string }) {
  const { evidence, notTried, mend, accepted, startedAt } = result
  return (
    <>
      <p className="mid">
        Made at <Time at={startedAt} />
      </p>
      {evidence.length > 0 && (
        <table>
          <tbody>
            {evidence.map((one, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: evidence is a fixed list
              <EvidenceRow key={i} evidence={one} namespace={namespace} />
            ))}
          </tbody>
        </table>
      )}
      {notTried.length > 0 && (
        <p className="mid">
          <b>Not tried:</b> {notTried.join('; ')}
        </p>
      )}
      {accepted && (
        <p className="mid">
          Accepted by <b>{accepted.name}</b> at <Time at={accepted.at} />: {accepted.reason}
        </p>
      )}
      {mend && (
        <div className="mend">
          <p>
            <b>To mend it:</b> {mend.text}
          </p>
          {mend.lines.length > 0 && (
            <div className="mend-lines">
              <pre className="payload">{mend.lines.join('\n')}</pre>
              <CopyButton text={mend.lines.join('\n')} what="lines" />
            </div>
          )}
        </div>
      )}
    </>
  )
}

function EvidenceRow({ evidence, namespace }: { readonly evidence: Evidence; readonly namespace: string }) {
  const { entry, plc, verdict, word, text, address } = evidence
  const isOurs = address !== undefined && isOwnAddress(address, namespace)
  return (
    <tr>
      <td>{entry ? `${serviceTitles[entry.service]} ${entry.name}` : (plc ?? '')}</td>
      <td>
        {verdict ? (
          <State kind={verdictLooks[verdict]} strong={verdict === 'fail'}>
            {word || verdictWords[verdict]}
          </State>
        ) : (
          word
        )}
      </td>
      <td>
        {text} {address && <Address text={address} namespace={isOurs ? namespace : undefined} />}
      </td>
    </tr>
  )
}
