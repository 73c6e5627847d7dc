import { Copy, ScrollText, Search } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { api } from '#renderer/api/index'
import { useConfigState } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { copyText } from '#renderer/ui/CopyButton.tsx'
import { Banner, EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { announce } from '#renderer/ui/live'
import { Select } from '#renderer/ui/Select.tsx'
import { State, type StateKind } from '#renderer/ui/State.tsx'
import { Time } from '#renderer/ui/Time.tsx'
import { msText } from '#renderer/ui/times'
import { type Column, VirtualTable } from '#renderer/ui/VirtualTable.tsx'
import { entryText } from '#shared/broker'
import { type JournalledRequest, type OutcomeKind, outcomeKinds } from '#shared/write'
import { serviceNames } from './draft.ts'
import { textOf } from './tag-list.ts'

const pageSize = 200

const looks: Readonly<Record<OutcomeKind, readonly [StateKind, string]>> = {
  done: ['ok', 'written'],
  refused: ['refused', 'refused'],
  failed: ['bad', 'failed'],
  unknown: ['warn', 'outcome unknown'],
  deduplicated: ['refused', 'repeat of the same'],
  interrupted: ['warn', 'interrupted'],
  'not ours': ['refused', 'left to another'],
}

type Filter = OutcomeKind | 'all'
const filters = [
  { value: 'all' as Filter, label: 'All outcomes' },
  ...outcomeKinds.map((value) => ({ value: value as Filter, label: looks[value][1] })),
]

/** The audit log: every request with outcome and trace. */
export function Journal() {
  const version = useConfigState()?.version
  const [text, setText] = useState('')
  const [outcome, setOutcome] = useState<Filter>('all')
  const [requests, setRequests] = useState<readonly JournalledRequest[]>([])
  const [next, setNext] = useState<string>()
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const [active, setActive] = useState<string>()
  const filter = useMemo(
    () => ({ ...(text === '' ? {} : { text }), ...(outcome === 'all' ? {} : { outcomes: [outcome] }) }),
    [text, outcome],
  )

  async function read(before: string | undefined, signal?: AbortSignal) {
    setBusy(true)
    try {
      const page = await api.call(
        'writeback.journal',
        { limit: pageSize, filter, ...(before === undefined ? {} : { before }) },
        signal ? { signal } : {},
      )
      setRequests((now) => (before === undefined ? page.requests : [...now, ...page.requests]))
      setNext(page.next)
      setError(page.error)
    } catch (why) {
      if (!signal?.aborted) setError(textOf(why))
    } finally {
      setBusy(false)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew for another filter or configuration
  useEffect(() => {
    const over = new AbortController()
    const timer = setTimeout(() => void read(undefined, over.signal), 150)
    return () => {
      clearTimeout(timer)
      over.abort()
    }
  }, [filter, version])

  const shown = requests.find(({ id }) => id === active)
  return (
    <>
      <div className="bar wb-filter">
        <Input
          icon={Search}
          data-filter
          aria-label="Filter"
          placeholder="PLC, tag, value, error, request id"
          value={text}
          onValue={setText}
        />
        <span className="wb-select">
          <Select label="Outcome" options={filters} value={outcome} onValue={setOutcome} />
        </span>
        <span className="grow" />
        <Button small busy={busy} onClick={() => void read(undefined)}>
          Read again
        </Button>
      </div>
      {error && <Banner tone="warn">{error}</Banner>}
      <VirtualTable
        label="Journal of write requests"
        columns={columns}
        rows={requests}
        rowKey={({ id }) => id}
        active={active}
        onActive={({ id }) => setActive(id)}
        empty={
          !busy && (
            <EmptyState icon={ScrollText} title={text || outcome !== 'all' ? 'None of them matches' : 'No request yet'}>
              Each write request that reaches this gateway stands here, refused ones too.
            </EmptyState>
          )
        }
      />
      <div className="wb-trace">
        {shown ? (
          <Trace request={shown} />
        ) : (
          <span className="dim">Choose a request to see its trace on one line.</span>
        )}
        {next !== undefined && (
          <Button small busy={busy} onClick={() => void read(next)}>
            Older ones
          </Button>
        )}
      </div>
    </>
  )
}

function Trace({ request }: { readonly request: JournalledRequest }) {
  return (
    <>
      <span className="mono cut grow" title={request.trace}>
        {request.trace}
      </span>
      <Button
        small
        icon={Copy}
        onClick={() =>
          void copyText(request.trace).then((ok) => announce(ok ? 'Trace copied' : 'The clipboard can not be used'))
        }
      >
        Copy trace
      </Button>
    </>
  )
}

function look({ outcome }: JournalledRequest) {
  return outcome === undefined ? (['busy', 'under way'] as const) : looks[outcome]
}

const columns: readonly Column<JournalledRequest>[] = [
  {
    id: 'time',
    header: 'Arrived, UTC',
    width: '130px',
    className: 'cell-mono',
    cell: ({ time }) => <Time at={Date.parse(time)} />,
  },
  {
    id: 'entry',
    header: 'Through',
    width: '140px',
    cell: ({ entry }) => (
      <span className="text" title={entryText(entry)}>
        {entry.name} ({serviceNames[entry.service]})
      </span>
    ),
  },
  { id: 'plc', header: 'PLC', width: '120px', cell: ({ plc }) => <span className="text">{plc}</span> },
  { id: 'tag', header: 'Tag', width: 'minmax(200px, 1.6fr)', cell: ({ tag }) => <span className="text">{tag}</span> },
  {
    id: 'value',
    header: 'Value',
    width: '104px',
    align: 'right',
    className: 'cell-mono',
    cell: ({ value, before }) => (
      <span className="text" title={before === undefined ? value : `${before} → ${value}`}>
        {value}
      </span>
    ),
  },
  {
    id: 'outcome',
    header: 'Outcome',
    width: '140px',
    cell: (request) => {
      const [kind, word] = look(request)
      return <State kind={kind}>{word}</State>
    },
  },
  {
    id: 'error',
    header: 'Answer',
    width: 'minmax(200px, 2.4fr)',
    className: 'mid',
    cell: ({ error, answer }) => (
      <span className="text" title={error}>
        {[error, answer === 'undelivered' ? 'answer not delivered' : ''].filter(Boolean).join('; ')}
      </span>
    ),
  },
  {
    id: 'took',
    header: 'Took',
    width: '84px',
    align: 'right',
    cell: ({ steps }) =>
      steps.ended === undefined ? (
        ''
      ) : (
        <>
          <span className="mono">{msText(steps.ended)}</span>&nbsp;<span className="dim">ms</span>
        </>
      ),
  },
  {
    id: 'id',
    header: 'Request',
    width: '110px',
    className: 'cell-mono',
    cell: ({ requestId }) => <span className="text">{requestId ?? ''}</span>,
  },
]
