import { Copy, FolderOpen, ScrollText, Search } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { api } from '#renderer/api/index'
import { openPath } from '#renderer/frame/window-commands'
import { useInfo } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { copyText } from '#renderer/ui/CopyButton.tsx'
import { Banner, EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { announce, showToast } from '#renderer/ui/live'
import { Menu } from '#renderer/ui/Menu.tsx'
import { State, type StateKind } from '#renderer/ui/State.tsx'
import { Time } from '#renderer/ui/Time.tsx'
import { type Column, VirtualTable } from '#renderer/ui/VirtualTable.tsx'
import { type Level, type LogArea, logAreas } from '#shared/log'
import { filtered, type Line, lineText, withLines } from './lines.ts'
import './log.css'

const levels: readonly { readonly value: Level; readonly label: string }[] = [
  { value: 'debug', label: 'All' },
  { value: 'info', label: 'Info' },
  { value: 'warn', label: 'Warnings' },
  { value: 'error', label: 'Errors' },
]
const looks: Readonly<Record<Level, StateKind>> = { debug: 'off', info: 'ok', warn: 'warn', error: 'bad' }

/** What the gateway says: newest at the foot, with a switch for each area's debug lines. */
export function Page() {
  const [level, setLevel] = useState<Level>('info')
  const [text, setText] = useState('')
  const [active, setActive] = useState<number>()
  const { lines, error } = useLog()
  const rows = useMemo(() => filtered(lines, level, text).toReversed(), [lines, level, text])
  const shown = rows.find(({ key }) => key === active)
  return (
    <div className="screen log">
      <header className="head">
        <h1>Log</h1>
        <span className="log-filter">
          <Input
            icon={Search}
            data-filter
            aria-label="Filter by text"
            placeholder="Text or area"
            value={text}
            onValue={setText}
          />
        </span>
        <Segmented label="Level" options={levels} value={level} onValue={setLevel} />
        <DebugSwitches onOn={() => setLevel('debug')} />
        <span className="grow" />
        <Button
          kind="plain"
          icon={Copy}
          blocked={rows.length === 0 ? 'Nothing is shown.' : undefined}
          onClick={() => void copyAll(rows)}
        >
          Copy what is shown
        </Button>
        <OpenFile />
      </header>
      {error && <Banner tone="warn">{error}</Banner>}
      <VirtualTable
        label="Log, newest first"
        columns={columns}
        rows={rows}
        rowKey={({ key }) => String(key)}
        active={active === undefined ? undefined : String(active)}
        onActive={({ key }) => setActive(key)}
        dense
        empty={
          <EmptyState icon={ScrollText} title={lines.length === 0 ? 'Nothing yet' : 'None of them matches'}>
            {lines.length === 0 ? 'Lines appear as the gateway writes them.' : 'Take another level or text.'}
          </EmptyState>
        }
      />
      {shown && (
        <div className="log-detail">
          <pre className="payload">{lineText(shown)}</pre>
          <Button small icon={Copy} onClick={() => void copyAll([shown])}>
            Copy
          </Button>
        </div>
      )}
    </div>
  )
}

function useLog() {
  const [lines, setLines] = useState<readonly Line[]>([])
  const [error, setError] = useState('')
  useEffect(
    () =>
      api.subscribe(
        'log.entries',
        {},
        {
          onBegin: () => setLines([]),
          onItems: (items) => {
            setLines((now) => withLines(now, items))
            return new Promise((resolve) => setTimeout(resolve, 100))
          },
          onEnd: (why) => setError(why.message),
        },
      ),
    [],
  )
  return { lines, error }
}

async function copyAll(rows: readonly Line[]) {
  const ok = await copyText(rows.toReversed().map(lineText).join('\n'))
  announce(ok ? `${rows.length} lines copied` : 'The clipboard can not be used')
  if (ok) showToast({ text: `${rows.length.toLocaleString('en-US')} ${rows.length === 1 ? 'line' : 'lines'} copied` })
}

function DebugSwitches({ onOn }: { readonly onOn: () => void }) {
  const [areas, setAreas] = useState<readonly LogArea[]>([])
  const asked = useRef(false)
  const fail = (error: unknown) =>
    showToast({ tone: 'bad', text: error instanceof Error ? error.message : String(error) })
  useEffect(() => {
    if (asked.current) return
    asked.current = true
    api.call('log.debug', {}).then(({ areas: now }) => setAreas(now), fail)
  })
  function toggle(area: LogArea) {
    const on = !areas.includes(area)
    const next = on ? [...areas, area] : areas.filter((one) => one !== area)
    api.call('log.setDebug', { areas: next }).then(({ areas: now }) => {
      setAreas(now)
      if (on) onOn()
    }, fail)
  }
  return (
    <Menu
      align="start"
      trigger={<Button>Debug{areas.length > 0 ? `: ${areas.join(', ')}` : ''}</Button>}
      items={[
        { group: 'More lines of, until the gateway ends' },
        ...logAreas.map((area) => ({ label: area, checked: areas.includes(area), run: () => toggle(area) })),
      ]}
    />
  )
}

function OpenFile() {
  const info = useInfo()
  if (!info?.can.openPaths)
    return info?.logPath ? <span className="mono text-small dim cut">{info.logPath}</span> : null
  return (
    <Button
      kind="plain"
      icon={FolderOpen}
      blocked={info.logPath ? undefined : 'No log file is written.'}
      onClick={() => void openPath('log')}
    >
      Open the file
    </Button>
  )
}

const columns: readonly Column<Line>[] = [
  {
    id: 'at',
    header: 'Time, UTC',
    width: '110px',
    className: 'cell-mono',
    cell: ({ at }) => <Time at={at} form="ms" />,
  },
  {
    id: 'level',
    header: 'Level',
    width: '88px',
    cell: ({ level }) => <State kind={looks[level]}>{level === 'warn' ? 'warning' : level}</State>,
  },
  { id: 'area', header: 'Area', width: '96px', className: 'mid', cell: ({ area }) => area },
  {
    id: 'text',
    header: 'What',
    width: 'minmax(300px, 1fr)',
    cell: ({ text, repeated }) => (
      <span className="text" title={text}>
        {text}
        {repeated !== undefined && <span className="dim"> {repeated === 1 ? 'once' : `${repeated} times`} before</span>}
      </span>
    ),
  },
]
