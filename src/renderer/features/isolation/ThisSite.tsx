import { claimLooks, serviceTitles } from '#renderer/site/chips'
import { useIdentity, useInfo } from '#renderer/site/site'
import { placeHash } from '#renderer/ui/router'
import { State } from '#renderer/ui/State.tsx'
import { Time } from '#renderer/ui/Time.tsx'
import type { PinState } from '#shared/isolation'
import { pinWords } from '#shared/isolation-words'
import { serialText } from '#shared/plc'
import type { ConfigView } from '#shared/site'
import type { Isolation } from './use-isolation.ts'

const pinLooks = { unpinned: 'unproven', pinned: 'ok', changed: 'bad' } as const

/** Who this gateway is, what it holds, and which controllers it may write. */
export function ThisSite({
  isolation,
  config,
}: {
  readonly isolation: Isolation
  readonly config: ConfigView | undefined
}) {
  const identity = useIdentity()
  const info = useInfo()
  const { claim, status, run } = isolation
  const watch = run.kind === 'ended' ? run.report.watch : undefined
  return (
    <section className="pane" aria-label="This site">
      <div className="scroll side">
        <h2 className="side-title">This site</h2>
        <dl className="kv">
          <dt>Instance</dt>
          <dd className="mono">{identity?.instance.slice(0, 8) ?? '–'}</dd>
          <dt>Boot</dt>
          <dd className="mono">{identity?.boot.slice(0, 4) ?? '–'}</dd>
          <dt>Version</dt>
          <dd>{info?.version ?? '–'}</dd>
        </dl>
        <h2 className="side-title">Claim</h2>
        {!claim && <p className="dim">Not known yet</p>}
        <dl className="kv">
          {claim?.entries.map(({ entry, state, ownerIsOurs, owner }) => (
            <EntryLine key={`${entry.service} ${entry.name}`} name={serviceTitles[entry.service]}>
              <State kind={claimLooks[state.kind]}>{state.kind}</State>
              <span className="dim">
                {entry.service === 'kafka' ? '' : owner ? (ownerIsOurs ? ', ours' : ', of another') : ''}
              </span>
            </EntryLine>
          ))}
        </dl>
        <h2 className="side-title">PLCs</h2>
        {status?.pins.map(({ plc, pin }) => (
          <PinLine key={plc} plc={plc} pin={pin} />
        ))}
        <h2 className="side-title">Commissioning tag</h2>
        {config?.commissioning ? (
          <p className="mono">
            {config.commissioning.plc}
            <br />
            {config.commissioning.tag}
          </p>
        ) : (
          <p className="mid">
            None: checks 4, 6 and 8 are NOT PROVEN without. <a href={placeHash('settings', ['writes'])}>Choose one</a>
          </p>
        )}
        {watch && (
          <>
            <h2 className="side-title">Watched after go-live</h2>
            <p className="mid">
              Checks 2, 3, 10, 12 until <Time at={watch.until} />
            </p>
          </>
        )}
      </div>
    </section>
  )
}

function EntryLine({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function PinLine({ plc, pin }: { readonly plc: string; readonly pin: PinState }) {
  const { text, hint } = pinWords(pin)
  const found = 'found' in pin ? pin.found : undefined
  return (
    <a className="pin-line" href={placeHash('plcs', [plc, 'identity'])} title={hint || text}>
      <span className="cut">{plc}</span>
      <State kind={pinLooks[pin.kind]}>{pin.kind === 'changed' ? 'changed' : text}</State>
      {found && (
        <span className="mono">
          {found.productName} {serialText(found.serial)}
        </span>
      )}
    </a>
  )
}
