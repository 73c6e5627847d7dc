import { RefreshCw } from 'lucide-react'
import { Button } from '#renderer/ui/Button.tsx'
import { State, type StateKind } from '#renderer/ui/State.tsx'
import type { Test } from './use-test.ts'
import './Parts.css'
import './TestSteps.css'

const kinds: Readonly<Record<'ok' | 'failed' | 'unknown', StateKind>> = { ok: 'ok', failed: 'bad', unknown: 'unproven' }
const words = { ok: 'fine', failed: 'failed', unknown: 'not known' }

/** Known steps by their words; any other is shown by its own name. */
const titles: Readonly<Record<string, string>> = {
  dns: 'Name',
  name: 'Name',
  tcp: 'TCP',
  tls: 'TLS',
  login: 'Login',
  rights: 'Rights',
  session: 'Session',
  identity: 'Identity',
  tags: 'Tags',
  route: 'Route',
  'TCP connection': 'TCP',
  'EtherNet/IP session': 'Session',
  'way to the CPU': 'Route',
  'tag list': 'Tags',
}

/** The Test button with its steps as they come. `note`: what it leaves behind. */
export function TestSteps(props: {
  readonly test: Pick<Test, 'steps' | 'running' | 'error' | 'stop'>
  readonly onStart: () => void
  readonly blocked?: string | undefined
  readonly note: string
}) {
  const { test, onStart, blocked, note } = props
  const tested = test.steps.length > 0 || test.error !== ''
  return (
    <section className="test-steps" aria-label="Test">
      <div className="bar">
        <h2>Test</h2>
        <span className="dim text-small cut">{note}</span>
        <span className="grow" />
        {test.running ? (
          <Button small onClick={test.stop}>
            Stop
          </Button>
        ) : (
          <Button small icon={RefreshCw} blocked={blocked} onClick={onStart}>
            {tested ? 'Test again' : 'Test'}
          </Button>
        )}
      </div>
      <ol aria-live="polite" aria-busy={test.running}>
        {test.steps.map((step) => (
          <li key={step.step} className={step.result}>
            <State kind={kinds[step.result]}>
              <span className="hidden-text">{words[step.result]}</span>
            </State>
            <b>{titles[step.step] ?? step.step}</b>
            <span>{step.text}</span>
          </li>
        ))}
        {test.running && (
          <li>
            <State kind="busy">
              <span className="hidden-text">under way</span>
            </State>
            <b>…</b>
          </li>
        )}
      </ol>
      {test.error && <p className="callout bad">{test.error}</p>}
    </section>
  )
}
