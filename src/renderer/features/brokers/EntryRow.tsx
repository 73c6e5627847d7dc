import { OctagonX, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { api } from '#renderer/api/index'
import { serviceTitles } from '#renderer/site/chips'
import { useTyped } from '#renderer/site/drafts'
import { NotSaved, PartCell, withoutWait } from '#renderer/site/Part.tsx'
import { useBrokerState, useTraffic } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { showToast } from '#renderer/ui/live'
import { Menu } from '#renderer/ui/Menu.tsx'
import { placeHash } from '#renderer/ui/router'
import { State } from '#renderer/ui/State.tsx'
import { Time } from '#renderer/ui/Time.tsx'
import { msText, spanText } from '#renderer/ui/times'
import { useNow } from '#renderer/ui/use-now'
import { type EntryId, entryText } from '#shared/broker'
import type { CommandEntry } from '#shared/commands'
import { entryDrafts } from './drafts.ts'
import type { Proof } from './events.ts'
import { rates } from './rates.ts'
import { Spark } from './Spark.tsx'
import { intakeWords, serverText, stateWords } from './words.ts'

const noSamples: readonly number[] = []

/** One entry: state, since when, what is wrong in words, its rate and what waits. */
export function EntryRow(props: {
  readonly entry: CommandEntry
  readonly selected: boolean
  readonly proof: Proof
  readonly published: number
}) {
  const { entry, selected, proof, published } = props
  const id: EntryId = { service: entry.service, name: entry.config.name }
  const state = useBrokerState(id)
  const traffic = useTraffic(id)
  const samples = useStore(rates, (all) => all[entryText(id)] ?? noSamples)
  const words = stateWords(state)
  const intake = intakeWords(entry, state)
  const typed = useTyped(entryDrafts, entryText(id))
  return (
    <li className={`part ${selected ? 'selected' : ''}`}>
      <div className="line-1">
        <a
          className="name"
          href={placeHash('brokers', [id.service, id.name])}
          aria-current={selected ? 'true' : undefined}
        >
          {id.name}
        </a>
        <span className="service">{serviceTitles[id.service]}</span>
        <span className="mono mid cut">{serverText(entry)}</span>
        {typed && <NotSaved />}
        <span className="grow" />
        <State kind={words.kind} strong={words.kind === 'bad'}>
          {words.word}
        </State>
        {words.since !== undefined && (
          <span className="dim">
            since <Time at={words.since} />
          </span>
        )}
        <More id={id} online={state?.kind === 'connected'} off={state?.kind === 'disabled'} />
      </div>
      <div className="cells">
        <div>
          <span className="key">Last 10 min</span>
          <Spark samples={samples} />
        </div>
        <PartCell
          name="Rate"
          value={<span className="mono">{traffic ? traffic.perSecond.toFixed(1) : '–'}</span>}
          unit="msg/s"
          small={samples.length > 1 ? `peak ${Math.round(Math.max(...samples))}` : ''}
        />
        <PartCell
          name="Waiting"
          value={<span className="mono">{traffic ? traffic.waiting.toLocaleString('en-US') : '–'}</span>}
          small={`of ${published.toLocaleString('en-US')} tags`}
        />
        <PartCell
          name="Confirmed"
          value={<span className="mono">{traffic ? traffic.confirmed.toLocaleString('en-US') : '–'}</span>}
          small={traffic?.dropped ? `${traffic.dropped.toLocaleString('en-US')} dropped` : ''}
        />
        <div>
          <span className="key">Write-back</span>
          <span className="value">{intake.word}</span>
          <span className="small">{intake.why || `${proof.requests} of the last requests`}</span>
        </div>
        <div>
          <span className="key">Write path proven</span>
          <span className="value">{proof.at === undefined ? 'not yet' : <Time at={proof.at} />}</span>
          <span className="small cut">
            {proof.at === undefined ? 'no write went through lately' : `${proof.tag}, ${msText(proof.tookMs ?? 0)} ms`}
          </span>
        </div>
      </div>
      {words.error !== undefined && state && <ErrorLine id={id} text={words.error} state={state} />}
      {words.note !== undefined && (
        <div className="callout warn">
          <Icon of={TriangleAlert} small />
          <span className="grow">{words.note}</span>
        </div>
      )}
    </li>
  )
}

type State_ = NonNullable<ReturnType<typeof useBrokerState>>

function ErrorLine({ id, text, state }: { readonly id: EntryId; readonly text: string; readonly state: State_ }) {
  const now = useNow()
  const tries =
    state.kind === 'waiting'
      ? `${state.attempts} ${state.attempts === 1 ? 'try' : 'tries'}, next in ${spanText(state.retryAt - now)}.`
      : ''
  return (
    <div className="callout bad">
      <Icon of={OctagonX} small />
      <span className="grow">
        {withoutWait(text)} <span className="mid">{tries}</span>
      </span>
      {state.kind !== 'connected' && (
        <Button small onClick={() => void ask('brokers.connect', id)}>
          Try now
        </Button>
      )}
    </div>
  )
}

async function ask(what: 'brokers.connect' | 'brokers.disconnect', entry: EntryId) {
  try {
    await api.call(what, { entry })
  } catch (error) {
    showToast({ tone: 'bad', text: error instanceof Error ? error.message : String(error) })
  }
}

function More({ id, online, off }: { readonly id: EntryId; readonly online: boolean; readonly off: boolean }) {
  const [busy, setBusy] = useState(false)
  const run = (what: 'brokers.connect' | 'brokers.disconnect') => {
    setBusy(true)
    void ask(what, id).finally(() => setBusy(false))
  }
  const blocked = off ? 'Switched off in the configuration.' : undefined
  return (
    <Menu
      trigger={
        <Button small kind="plain" busy={busy} aria-label={`Actions for ${entryText(id)}`}>
          …
        </Button>
      }
      items={[
        online
          ? { label: 'Disconnect until the next start', run: () => run('brokers.disconnect') }
          : { label: 'Connect now', run: () => run('brokers.connect'), blocked },
        { label: 'Edit', run: () => location.assign(placeHash('brokers', [id.service, id.name])) },
        {
          label: 'Messages in the monitor',
          run: () => location.assign(placeHash('monitor', [], { entry: entryText(id) })),
        },
        {
          label: 'Send a write through it',
          run: () => location.assign(placeHash('writeback', [], { service: id.service, entry: id.name })),
        },
      ]}
    />
  )
}
