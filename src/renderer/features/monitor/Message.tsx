import { useEffect, useState } from 'react'
import { api } from '#renderer/api/index'
import { entryTitle } from '#renderer/site/chips'
import { Address } from '#renderer/ui/Address.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { CopyButton } from '#renderer/ui/CopyButton.tsx'
import { Difference } from '#renderer/ui/Difference.tsx'
import { Payload } from '#renderer/ui/Payload.tsx'
import { pretty } from '#renderer/ui/payload-parts'
import { Time } from '#renderer/ui/Time.tsx'
import { bytesText } from '#renderer/ui/times'
import type { MonitorDetail, MonitorMessage } from '#shared/monitor'
import { textDiff } from './text-diff.ts'

const views = [
  { value: 'json', label: 'JSON' },
  { value: 'raw', label: 'Raw' },
  { value: 'difference', label: 'Difference' },
] as const
type View = (typeof views)[number]['value']

/** One message with its whole payload, raw, laid out, or against the one before it on the same address. */
export function Message({ message, namespace }: { readonly message: MonitorMessage; readonly namespace: string }) {
  const [view, setView] = useState<View>('json')
  const { detail, error } = useDetail(message.seq)
  const text = detail?.text ?? message.preview
  return (
    <section className="pane" aria-label="Message">
      <div className="bar">
        <h2>Message {message.seq}</h2>
        <span className="grow" />
        <Segmented label="View" options={views} value={view} onValue={setView} />
        <CopyButton text={text} what="payload" />
      </div>
      <div className="scroll">
        <dl className="kv monitor-facts">
          <dt>Address</dt>
          <dd>
            <Address text={message.address} namespace={message.owner === 'own' ? namespace : undefined} />
          </dd>
          {message.key !== undefined && (
            <>
              <dt>Key</dt>
              <dd className="mono">{message.key}</dd>
            </>
          )}
          <dt>Broker</dt>
          <dd>
            {entryTitle(message.entry)}, {message.direction === 'out' ? 'sent by this gateway' : 'seen at the broker'}
            {message.retained && ', retained'}
          </dd>
          <dt>When</dt>
          <dd>
            <Time at={message.at} form="ms" /> UTC, {bytesText(message.size)}
          </dd>
        </dl>
        {error && <p className="callout warn monitor-remark">{error} What is shown is its beginning.</p>}
        {detail && !detail.complete && (
          <p className="callout monitor-remark">The payload is longer, or not text: the beginning is shown.</p>
        )}
        <div className="monitor-payload">
          {view === 'difference' ? (
            <Against before={detail?.before} text={text} />
          ) : (
            <Payload
              text={text}
              namespace={message.owner === 'own' ? namespace : undefined}
              layout={view === 'raw' ? 'raw' : 'lines'}
            />
          )}
        </div>
      </div>
    </section>
  )
}

function Against({ before, text }: { readonly before: string | undefined; readonly text: string }) {
  if (before === undefined) return <p className="dim">No message before it on this address is kept.</p>
  if (before === text) return <p className="dim">The same as the message before it.</p>
  return (
    <Difference
      label="Difference to the message before"
      lines={textDiff(pretty(before) ?? before, pretty(text) ?? text)}
    />
  )
}

function useDetail(seq: number) {
  const [detail, setDetail] = useState<MonitorDetail>()
  const [error, setError] = useState('')
  useEffect(() => {
    const over = new AbortController()
    setDetail(undefined)
    setError('')
    api.call('monitor.message', { seq }, { signal: over.signal }).then(setDetail, (why: unknown) => {
      if (!over.signal.aborted) setError(why instanceof Error ? why.message : String(why))
    })
    return () => over.abort()
  }, [seq])
  return { detail, error }
}
