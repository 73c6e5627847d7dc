import { Repeat } from 'lucide-react'
import { useMemo } from 'react'
import { Time } from '#renderer/ui/Time.tsx'
import { msText } from '#renderer/ui/times'
import { type Column, VirtualTable } from '#renderer/ui/VirtualTable.tsx'
import { serviceNames } from './draft.ts'
import type { Sent } from './history.ts'
import { verdictOf } from './history.ts'
import { latencyMs } from './hops.ts'
import { Verdict } from './Result.tsx'

/** What was sent from here, newest first; Enter repeats, the row shown above is selected. */
export function History(props: {
  readonly history: readonly Sent[]
  readonly shown: string | undefined
  readonly onShow: (sent: Sent) => void
  readonly onRepeat: (sent: Sent) => void
}) {
  const { history, shown, onShow, onRepeat } = props
  const columns = useMemo<readonly Column<Sent>[]>(
    () => [
      {
        id: 'at',
        header: 'Sent, UTC',
        width: '116px',
        className: 'cell-mono',
        cell: ({ at }) => <Time at={at} form="ms" />,
      },
      { id: 'broker', header: 'Broker', width: '68px', cell: ({ entry }) => serviceNames[entry.service] },
      {
        id: 'plc',
        header: 'PLC',
        width: 'minmax(84px, 0.6fr)',
        cell: ({ plc }) => <span className="text">{plc}</span>,
      },
      {
        id: 'tag',
        header: 'Tag',
        width: 'minmax(150px, 1.4fr)',
        cell: ({ tag }) => <span className="text">{tag}</span>,
      },
      {
        id: 'value',
        header: 'Value',
        width: '96px',
        align: 'right',
        className: 'cell-mono',
        cell: ({ valueJson }) => (
          <span className="text" title={valueJson}>
            {valueJson}
          </span>
        ),
      },
      { id: 'outcome', header: 'Outcome', width: '176px', cell: (sent) => <Verdict sent={sent} small /> },
      {
        id: 'answer',
        header: 'Answer',
        width: 'minmax(200px, 3fr)',
        className: 'mid',
        cell: (sent) => {
          const { text } = verdictOf(sent).outcome
          return (
            <span className="text" title={text}>
              {text}
            </span>
          )
        },
      },
      {
        id: 'latency',
        header: 'Latency',
        width: '84px',
        align: 'right',
        cell: ({ hops }) => {
          const ms = latencyMs(hops)
          return ms === undefined ? (
            ''
          ) : (
            <>
              <span className="mono">{msText(ms)}</span>&nbsp;<span className="dim">ms</span>
            </>
          )
        },
      },
      { id: 'id', header: 'Request', width: '84px', className: 'cell-mono', cell: ({ requestId }) => requestId },
      {
        id: 'repeat',
        header: <span className="hidden-text">Repeat</span>,
        width: '40px',
        align: 'centre',
        cell: (sent) => (
          <button
            type="button"
            className="copy"
            tabIndex={-1}
            aria-label={`Repeat ${sent.requestId}`}
            title="Put it into the form again (Enter)"
            onClick={(event) => {
              event.stopPropagation()
              onRepeat(sent)
            }}
          >
            <Repeat className="icon" aria-hidden="true" />
          </button>
        ),
      },
    ],
    [onRepeat],
  )
  return (
    <VirtualTable
      label="Requests sent from here"
      columns={columns}
      rows={history}
      rowKey={({ key }) => key}
      active={shown}
      onActive={onShow}
      onOpen={onRepeat}
      empty={
        <p className="wb-none dim">What is sent from here is listed, with outcome and latency, to repeat or export.</p>
      }
    />
  )
}
