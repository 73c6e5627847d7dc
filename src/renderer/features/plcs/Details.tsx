import { RefreshCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import { api } from '#renderer/api/index'
import { usePlcState } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Banner } from '#renderer/ui/EmptyState.tsx'
import { placeHash } from '#renderer/ui/router'
import { Time } from '#renderer/ui/Time.tsx'
import type { PlcOverview } from '#shared/contract/plcs'
import type { PlcDetails, ProgramChange } from '#shared/plc'

const everyMs = 3_000

/** How a PLC's link is doing inside: route, connections, addressing, tags by quality, those that can't be read. */
export function Details({ plc }: { readonly plc: string }) {
  const { details, error, read } = useDetails(plc)
  return (
    <section className="pane" aria-label={`Details of ${plc}`}>
      {error && <Banner tone="warn">{error}</Banner>}
      <div className="scroll plc-page">{details && <Shown details={details} />}</div>
      <div className="foot">
        <span className="dim text-small">Read again every 3 s</span>
        <span className="grow" />
        <Button small icon={RefreshCw} onClick={read}>
          Read again
        </Button>
      </div>
    </section>
  )
}

function useDetails(plc: string) {
  const kind = usePlcState(plc)?.kind
  const [details, setDetails] = useState<PlcOverview>()
  const [error, setError] = useState('')
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again for another state, and when asked
  useEffect(() => {
    let over = false
    const read = () =>
      api.call('plcs.details', { plc }).then(
        (next) => {
          if (over) return
          setDetails(next)
          setError('')
        },
        (why: unknown) => {
          if (!over) setError(why instanceof Error ? why.message : String(why))
        },
      )
    void read()
    const timer = setInterval(() => void read(), everyMs)
    return () => {
      over = true
      clearInterval(timer)
    }
  }, [plc, kind, round])
  return { details, error, read: () => setRound((now) => now + 1) }
}

function Shown({ details }: { readonly details: PlcOverview }) {
  const { state, poll, tags, bad, waitingWrites } = details
  const link = state.kind === 'online' ? state.details : undefined
  const change = state.kind === 'online' ? state.change : undefined
  return (
    <>
      <h3>Link</h3>
      <dl className="kv">
        {link && <LinkFacts link={link} />}
        <Fact name="Polls" text={`${poll.polls.toLocaleString('en-US')} since it is connected`} />
        <Fact
          name="Last poll"
          text={`took ${Math.round(poll.lastMs)} ms, ${Math.round(poll.achievedMs)} ms from one to the next`}
        />
        <Fact name="Writes" text={waitingWrites === 0 ? 'none waits' : `${waitingWrites} wait`} />
      </dl>
      <h3>Tags</h3>
      <dl className="kv">
        <Fact name="Good" text={tags.good.toLocaleString('en-US')} />
        <Fact name="Stale" text={tags.stale.toLocaleString('en-US')} />
        <Fact name="Bad" text={tags.bad.toLocaleString('en-US')} />
        <Fact name="Not read yet" text={tags.waiting.toLocaleString('en-US')} />
      </dl>
      {bad.length > 0 && (
        <>
          <h3>Tags that can't be read</h3>
          <ul className="bad-tags">
            {bad.map(({ address, error }) => (
              <li key={address}>
                <a className="mono" href={placeHash('tags', [], { plc: details.name, tag: address })}>
                  {address}
                </a>
                <span className="mid">{error}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {change && <Changed change={change} />}
    </>
  )
}

function Fact({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  )
}

function LinkFacts({ link }: { readonly link: PlcDetails }) {
  const named = link.addressing === 'instance' ? 'by number (short and quick)' : `by name: ${link.addressingText}`
  return (
    <>
      <Fact
        name="Connections"
        text={
          link.connections === 0
            ? 'none: unconnected messages'
            : `${link.connections} of ${link.packetBytes.toLocaleString('en-US')} bytes`
        }
      />
      <Fact name="Tags named" text={named} />
      <Fact name="Packets" text={link.multiple ? 'several requests in one' : 'one request each'} />
      {link.tags !== undefined && <Fact name="Tag list" text={`${link.tags.toLocaleString('en-US')} tags`} />}
    </>
  )
}

function Changed({ change }: { readonly change: ProgramChange }) {
  const { at, appeared, vanished, retyped } = change
  return (
    <>
      <h3>Last download</h3>
      <p className="mid">
        Noticed at <Time at={at} />.
      </p>
      <dl className="kv">
        <Fact name="Appeared" text={listed(appeared.count, appeared.names)} />
        <Fact name="Vanished" text={listed(vanished.count, vanished.names)} />
        <Fact
          name="Other type"
          text={listed(
            retyped.count,
            retyped.tags.map(({ name, before, after }) => `${name}: ${before} → ${after}`),
          )}
        />
      </dl>
    </>
  )
}

function listed(count: number, names: readonly string[]): string {
  if (count === 0) return 'none'
  return count > names.length ? `${count}: ${names.join(', ')}, …` : names.join(', ')
}
