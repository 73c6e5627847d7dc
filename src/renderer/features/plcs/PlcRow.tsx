import { OctagonX, TriangleAlert } from 'lucide-react'
import { api } from '#renderer/api/index'
import { plcChip } from '#renderer/site/chips'
import { useTyped } from '#renderer/site/drafts'
import { NotSaved, PartCell, withoutWait } from '#renderer/site/Part.tsx'
import { usePlcState, usePoll } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { showToast } from '#renderer/ui/live'
import { Menu } from '#renderer/ui/Menu.tsx'
import { go, placeHash } from '#renderer/ui/router'
import { State } from '#renderer/ui/State.tsx'
import { Time } from '#renderer/ui/Time.tsx'
import { spanText } from '#renderer/ui/times'
import { useNow } from '#renderer/ui/use-now'
import { durationText } from '#shared/duration'
import { type PlcState, programChangeText, serialText } from '#shared/plc'
import type { PlcConfigView } from '#shared/site'
import { plcDrafts } from './drafts.ts'
import { pinWords } from './pin.ts'

const words: Readonly<Record<string, string>> = {
  connecting: 'Connecting',
  registering: 'Registering the session',
  opening: 'Opening the connection',
  identifying: 'Reading the identity',
  browsing: 'Reading the tag list',
}

/** One PLC: state, identity and pin, poll rate wanted and achieved, tags, what is wrong in words. */
export function PlcRow({ plc, selected }: { readonly plc: PlcConfigView; readonly selected: boolean }) {
  const typed = useTyped(plcDrafts, plc.name)
  const state = usePlcState(plc.name)
  const poll = usePoll(plc.name)
  const chip = plcChip(state)
  const pin = pinWords(plc.pin, state)
  const identity = state?.kind === 'online' ? state.identity : undefined
  const since = state && 'since' in state ? state.since : undefined
  const late = poll !== undefined && poll.polls > 3 && poll.achievedMs > plc.poll_rate * 1.25
  return (
    <li className={`part plc ${selected ? 'selected' : ''}`}>
      <div className="line-1">
        <a className="name" href={placeHash('plcs', [plc.name])} aria-current={selected ? 'true' : undefined}>
          {plc.name}
        </a>
        <span className="mid">{plc.driver === 'micro800' ? 'Micro800' : 'Logix'}</span>
        <span className="mono mid cut">{routeText(plc)}</span>
        {typed && <NotSaved />}
        <span className="grow" />
        <State kind={chip.kind} strong={chip.kind === 'bad'}>
          {words[chip.word] ?? chip.word}
        </State>
        {since !== undefined && (
          <span className="dim">
            since <Time at={since} />
          </span>
        )}
        <More plc={plc} state={state} />
      </div>
      <div className="cells">
        <PartCell
          name="Controller"
          value={identity?.productName ?? '–'}
          small={identity ? `revision ${identity.revision}, ${identity.mode}` : ''}
        />
        <PartCell
          name="Serial"
          value={
            <span className="mono">
              {identity ? (identity.serial === 0 ? 'none' : serialText(identity.serial)) : '–'}
            </span>
          }
          small=""
        />
        <PartCell
          name="Pin"
          value={
            <State kind={pin.kind} title={pin.text}>
              {pin.word}
            </State>
          }
          small={pin.kind === 'unproven' ? 'any controller may be written' : ''}
        />
        <PartCell
          name="Poll rate"
          value={
            identity && poll && poll.polls > 0 ? (
              <State kind={late ? 'warn' : 'ok'}>
                <span className="mono">{Math.round(poll.achievedMs)}</span> ms
              </State>
            ) : (
              '–'
            )
          }
          small={`wanted ${durationText(plc.poll_rate)}${identity && poll && poll.polls > 0 ? `, takes ${Math.round(poll.lastMs)} ms` : ''}`}
        />
        <PartCell
          name="Tags"
          value={<span className="mono">{plc.tagCount.toLocaleString('en-US')}</span>}
          small={`${plc.writableCount.toLocaleString('en-US')} writable`}
        />
      </div>
      {state?.kind === 'waiting' && <Waiting plc={plc.name} state={state} />}
      {state?.kind === 'online' && state.degraded && <Remark text={state.degraded} />}
      {state?.kind === 'online' && state.change && (
        <Remark text={`Another program was downloaded: ${programChangeText(state.change)}.`} />
      )}
      {pin.kind === 'bad' && <Remark text={pin.text} bad action={<PinButton plc={plc.name} />} />}
    </li>
  )
}

export function routeText({ address, slot, connection_path, driver }: PlcConfigView): string {
  if (connection_path) return `${address}, path ${connection_path}`
  return driver === 'micro800' || slot === 0 ? address : `${address}, slot ${slot}`
}

function PinButton({ plc }: { readonly plc: string }) {
  return (
    <Button small onClick={() => go('plcs', [plc, 'identity'])}>
      Confirm which one it is
    </Button>
  )
}

function Remark(props: { readonly text: string; readonly bad?: boolean; readonly action?: React.ReactNode }) {
  return (
    <div className={`callout ${props.bad ? 'bad' : 'warn'}`}>
      <Icon of={props.bad ? OctagonX : TriangleAlert} small />
      <span className="grow">{props.text}</span>
      {props.action}
    </div>
  )
}

function Waiting({ plc, state }: { readonly plc: string; readonly state: Extract<PlcState, { kind: 'waiting' }> }) {
  const now = useNow()
  const { error, attempts, retryAt } = state
  return (
    <div className="callout bad">
      <Icon of={OctagonX} small />
      <span className="grow">
        {withoutWait(error)}{' '}
        <span className="mid">
          {attempts} {attempts === 1 ? 'try' : 'tries'}, next in {spanText(retryAt - now)}.
        </span>
      </span>
      <Button small onClick={() => void ask('plcs.connect', plc)}>
        Try now
      </Button>
    </div>
  )
}

async function ask(what: 'plcs.connect' | 'plcs.disconnect', plc: string) {
  try {
    await api.call(what, { plc })
  } catch (error) {
    showToast({ tone: 'bad', text: error instanceof Error ? error.message : String(error) })
  }
}

function More({ plc, state }: { readonly plc: PlcConfigView; readonly state: PlcState | undefined }) {
  const stopped = state?.kind === 'stopped' || state?.kind === 'waiting'
  return (
    <Menu
      trigger={
        <Button small kind="plain" aria-label={`Actions for ${plc.name}`}>
          …
        </Button>
      }
      items={[
        stopped
          ? { label: 'Connect now', run: () => void ask('plcs.connect', plc.name) }
          : {
              label: 'Disconnect until the next start',
              run: () => void ask('plcs.disconnect', plc.name),
              blocked: plc.enabled ? undefined : 'Switched off in the configuration.',
            },
        { label: 'Settings', run: () => go('plcs', [plc.name]) },
        { label: 'Identity and pin', run: () => go('plcs', [plc.name, 'identity']) },
        { label: 'Details', run: () => go('plcs', [plc.name, 'details']) },
        { label: 'Its tags', run: () => go('tags', [], { plc: plc.name }) },
      ]}
    />
  )
}
