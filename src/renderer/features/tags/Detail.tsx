import { SquarePen, X } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useConfig } from '#renderer/site/site'
import { useWholeReading } from '#renderer/site/whole-reading'
import { Button } from '#renderer/ui/Button.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { CopyButton } from '#renderer/ui/CopyButton.tsx'
import { go } from '#renderer/ui/router'
import { State } from '#renderer/ui/State.tsx'
import { Trend } from '#renderer/ui/Trend.tsx'
import type { TrendPoint } from '#renderer/ui/trend-line'
import { type AtomicType, atomicTypes } from '#shared/plc'
import type { TagReading } from '#shared/tag'
import { isJsonNumber, parseJson } from '#shared/value'
import { type Radix, radixText, stringBytes } from '#shared/value-text'
import { ageText, timeText, timeTitle } from './format.ts'
import { type Histories, trendMs, trendSummary } from './history.ts'
import { PublishedAs } from './PublishedAs.tsx'
import { prettyJson } from './pretty.ts'
import type { TagRow } from './rows.ts'
import { useReading, type Values } from './values.ts'
import { WriteCommands } from './WriteCommands.tsx'

/** All about one tag: its value now, how it moved, where it goes, and how it is written. */
export function Detail(props: {
  readonly row: TagRow
  readonly values: Values
  readonly histories: Histories
  readonly onClose: () => void
  readonly onToggle: (what: 'published' | 'writable') => void
}) {
  const { row, values, histories, onClose, onToggle } = props
  const config = useConfig()
  useEffect(() => {
    values.watch([{ plc: row.plc, address: row.address }])
    return values.stop
  }, [values, row.plc, row.address])
  const reading = useWholeReading(useReading(values, row.key))
  const now = useTicks()
  const points = histories.get(row.key)
  return (
    <aside className="detail" aria-label={`Detail of ${row.address}`}>
      <section>
        <div className="top">
          <h2 className="mono grow">{row.address}</h2>
          <CopyButton text={row.address} what="tag address" />
          <Button small kind="plain" icon={X} aria-label="Close detail" onClick={onClose} />
        </div>
        <ValueNow row={row} reading={reading} now={now} />
      </section>
      <TrendPart points={points} now={now} />
      {config && <PublishedAs config={config} row={row} reading={reading} onPublish={() => onToggle('published')} />}
      {config && <WriteCommands config={config} row={row} reading={reading} onWritable={() => onToggle('writable')} />}
      <section>
        <Button
          wide
          icon={SquarePen}
          keys="W"
          onClick={() => go('writeback', [], { plc: row.plc, tag: row.tag?.alias ?? row.address })}
        >
          Open in write-back tester
        </Button>
      </section>
    </aside>
  )
}

const tickMs = 250

function useTicks(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs)
    return () => clearInterval(timer)
  }, [])
  return now
}

function TrendPart({ points, now }: { readonly points: readonly TrendPoint[]; readonly now: number }) {
  const summary = trendSummary(points, now)
  if (!summary) return null
  const { min, max, changes } = summary
  const text = `min ${min}, max ${max}, ${changes} ${changes === 1 ? 'change' : 'changes'}`
  return (
    <section>
      <h3>
        Last 60 s<span>{text}</span>
      </h3>
      <Trend points={points} now={now} spanMs={trendMs} label={`Trend of the last 60 seconds: ${text}`} />
    </section>
  )
}

const radixOptions = [
  { value: 'decimal', label: 'Dec' },
  { value: 'hex', label: 'Hex' },
  { value: 'binary', label: 'Bin' },
  { value: 'octal', label: 'Oct' },
] as const

/** Characters of a value that stands large in the head. */
const mostInLine = 80

function ValueNow(props: { readonly row: TagRow; readonly reading: TagReading | undefined; readonly now: number }) {
  const { row, reading, now } = props
  const [radix, setRadix] = useState<Radix>('decimal')
  const typeName = reading?.type ?? row.type
  const atomic = atomicTypes.find((name) => name === typeName)
  const json = reading?.valueJson
  const isWhole = atomic !== undefined && !['BOOL', 'REAL', 'LREAL'].includes(atomic)
  const stale = reading !== undefined && reading.quality !== 'good'
  const isLong = json !== undefined && (/^[[{]/.test(json) || json.length > mostInLine)
  return (
    <>
      <div className="big">
        {!isLong && json !== undefined && (
          <b className={stale ? 'old' : ''}>{(isWhole && inRadix(json, atomic, radix)) || json}</b>
        )}
        {reading ? <QualityWord reading={reading} now={now} /> : <span className="dim text-small">no value yet</span>}
      </div>
      {isLong && <LongValue json={json} cut={reading?.cut === true} />}
      {isWhole && <Segmented label="Radix" options={radixOptions} value={radix} onValue={setRadix} />}
      {reading?.error && <p className="callout bad">{reading.error}</p>}
      <dl className="kv">
        <dt>PLC, type</dt>
        <dd>
          {row.plc}, {typeName || 'type not known yet'}
        </dd>
        {row.tag?.alias && (
          <>
            <dt>Alias</dt>
            <dd className="mono">{row.tag.alias}</dd>
          </>
        )}
        {json !== undefined && <Bits json={json} atomic={atomic} typeName={typeName} />}
        <dt>Changed</dt>
        <dd title={timeTitle(reading?.changedAt ?? 0)}>
          {reading?.changedAt ? (
            <>
              <span className="mono">{timeText(reading.changedAt, now)}</span>{' '}
              <span className="dim">{ageText(now - reading.changedAt)} ago</span>
            </>
          ) : (
            'not seen yet'
          )}
        </dd>
        <dt>Writable</dt>
        <dd>{writableText(row)}</dd>
      </dl>
    </>
  )
}

function QualityWord({ reading, now }: { readonly reading: TagReading; readonly now: number }) {
  const age = reading.at > 0 ? `read ${ageText(now - reading.at)} ago` : ''
  const kinds = { good: 'ok', stale: 'waiting', bad: 'bad', waiting: 'busy' } as const
  const words = { good: 'Good', stale: 'Stale', bad: 'Bad', waiting: 'Waiting for the first read' } as const
  return (
    <>
      <State kind={kinds[reading.quality]}>{words[reading.quality]}</State>
      <span className="dim text-small">{age}</span>
    </>
  )
}

function LongValue({ json, cut }: { readonly json: string; readonly cut: boolean }) {
  const text = useMemo(() => prettyJson(json), [json])
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keys must reach it */}
      <pre className="payload json" tabIndex={0}>
        {text}
      </pre>
      {cut && <p className="text-small dim">Cut here; the published message has all of it.</p>}
    </>
  )
}

function Bits(props: { readonly json: string; readonly atomic: AtomicType | undefined; readonly typeName: string }) {
  const { json, atomic } = props
  const hex = atomic && atomic !== 'BOOL' ? inRadix(json, atomic, 'hex') : undefined
  const bytes = json.startsWith('"') ? bytesOf(json) : ''
  if (!hex && !bytes) return null
  return (
    <>
      <dt>{hex ? 'Hex' : 'Bytes'}</dt>
      <dd className="mono cut" title={hex ?? bytes}>
        {hex ?? bytes}
      </dd>
    </>
  )
}

function bytesOf(json: string): string {
  try {
    return stringBytes(String(JSON.parse(json)))
  } catch {
    return ''
  }
}

/** Undefined where it is no number of this type, e.g. a value that was cut. */
function inRadix(json: string, type: AtomicType, radix: Radix): string | undefined {
  try {
    const parsed = parseJson(json)
    if (!isJsonNumber(parsed)) return undefined
    return radixText(type === 'REAL' || type === 'LREAL' ? Number(parsed.value) : BigInt(parsed.value), type, radix)
  } catch {
    return undefined
  }
}

function writableText({ tag, access }: TagRow): string {
  const limits = tag && (tag.enum ? `one of ${tag.enum.join(', ')}` : rangeText(tag))
  if (tag?.enabled && tag.writable) return limits ? `yes, ${limits}` : 'yes'
  return access === 'read-only' || access === 'none' ? `no, External Access is ${access}` : 'no'
}

function rangeText({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min !== undefined && max !== undefined) return `${min} to ${max}`
  if (min !== undefined) return `${min} or more`
  return max === undefined ? '' : `${max} or less`
}
