import { FileUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { useStore } from 'zustand'
import { api } from '#renderer/api/index'
import { outcomeText } from '#renderer/site/change'
import { askOnDisk, onDisk } from '#renderer/site/on-disk'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { saveText } from '#renderer/ui/files'
import { showToast } from '#renderer/ui/live'
import { State } from '#renderer/ui/State.tsx'
import { type Column, VirtualTable } from '#renderer/ui/VirtualTable.tsx'
import type { CsvReport, CsvRow } from '#shared/site'

const largestBytes = 7 * 1024 * 1024

interface Chosen {
  readonly name: string
  readonly text: string
  readonly report: CsvReport
}

/** Tags from a CSV file: first what would happen, line by line, then all of it or nothing. */
export function ImportCsv({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const [chosen, setChosen] = useState<Chosen>()
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const fileRef = useRef<HTMLInputElement>(null)
  const deciding = useStore(onDisk, (now) => now.open)

  async function choose(file: File | undefined) {
    if (!file) return
    setError('')
    setChosen(undefined)
    if (file.size > largestBytes) return setError(`${file.name} is larger than 7 MB. Split it into several files.`)
    const text = await file.text().catch((reason: unknown) => setError(`${file.name}: ${textOf(reason)}`))
    if (typeof text === 'string') await read(file.name, text)
  }
  /** What it would do to the configuration as it is now. */
  async function read(name: string, text: string) {
    setBusy(true)
    try {
      setChosen({ name, text, report: await api.call('tags.importCsv', { text, dryRun: true }) })
    } catch (reason) {
      setError(`${name}: ${textOf(reason)}`)
    }
    setBusy(false)
  }
  async function importAll({ name, text }: Chosen, overwrite: boolean): Promise<boolean> {
    setBusy(true)
    setError('')
    const report = await api
      .call('tags.importCsv', { text, dryRun: false, ...(overwrite ? { overwrite } : {}) })
      .catch(textOf)
    setBusy(false)
    if (typeof report === 'string') {
      setError(report)
      return false
    }
    const { outcome, counts } = report
    if (outcome?.kind === 'changed-on-disk') {
      const onReloaded = () => void read(name, text)
      askOnDisk({ lines: outcome.difference, overwrite: () => importAll({ name, text, report }, true), onReloaded })
      return false
    }
    const wrong = outcome ? outcomeText(outcome) : `${counts.error} lines are wrong: nothing was imported.`
    if (wrong) setError(wrong)
    if (outcome?.kind !== 'saved') return false
    if (wrong === '') {
      showToast({ text: `${name}: ${counts.add} tags added, ${counts.change} changed` })
      setChosen(undefined)
      onClose()
    }
    return true
  }
  const counts = chosen?.report.counts
  const work = counts ? counts.add + counts.change : 0
  const blocked = !counts
    ? 'Choose a file first.'
    : counts.error > 0
      ? 'Correct the wrong lines first.'
      : work === 0
        ? 'Nothing would change.'
        : undefined
  return (
    <Dialog
      open={open && !deciding}
      onClose={onClose}
      title="Import tags as CSV"
      wide
      footer={
        <>
          <Button onClick={() => void downloadCsv()}>Export all as a pattern</Button>
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" blocked={blocked} busy={busy} onClick={() => chosen && void importAll(chosen, false)}>
            {work > 0 ? `Import ${work} tags` : 'Import'}
          </Button>
        </>
      }
    >
      <p className="mid">
        Tags are added and changed, never removed. Nothing is saved before you have seen what each line does.
      </p>
      <span>
        <Button icon={FileUp} onClick={() => fileRef.current?.click()}>
          {chosen ? `${chosen.name}: choose another file` : 'Choose a file'}
        </Button>
      </span>
      <input
        ref={fileRef}
        type="file"
        accept=".csv,text/csv"
        hidden
        aria-label="Tags as CSV"
        onChange={(event) => {
          void choose(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      {error && <p className="callout bad">{error}</p>}
      {chosen && counts && <DryRun report={chosen.report} />}
    </Dialog>
  )
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}

const kinds = { add: 'ok', change: 'ok', same: 'off', error: 'bad' } as const
const words = { add: 'add', change: 'change', same: 'as it is', error: 'wrong' } as const

const columns: readonly Column<CsvRow>[] = [
  { id: 'line', header: 'Line', width: '56px', align: 'right', cell: ({ line }) => line },
  { id: 'what', header: 'What', width: '92px', cell: ({ what }) => <State kind={kinds[what]}>{words[what]}</State> },
  { id: 'plc', header: 'PLC', width: '120px', cell: ({ plc }) => <span className="text">{plc}</span> },
  { id: 'tag', header: 'Tag', width: '220px', cell: ({ tag }) => <span className="text mono">{tag}</span> },
  {
    id: 'text',
    header: 'In words',
    width: 'minmax(220px, 1fr)',
    cell: ({ text }) => (
      <span className="text" title={text}>
        {text}
      </span>
    ),
  },
]

function DryRun({ report }: { readonly report: CsvReport }) {
  const { counts, rows } = report
  return (
    <>
      <div className="import-counts">
        <State kind="ok">{counts.add} to add</State>
        <State kind="ok">{counts.change} to change</State>
        <State kind="off">{counts.same} as they are</State>
        <State kind={counts.error > 0 ? 'bad' : 'off'}>{counts.error} wrong</State>
      </div>
      {rows.length > 0 && (
        <div className="pane import-rows">
          <VirtualTable
            label="What each line does"
            columns={columns}
            rows={rows}
            rowKey={({ line }) => String(line)}
            dense
            still
          />
        </div>
      )}
    </>
  )
}

/** Configured tags of one PLC, or of all, as a file. */
export async function downloadCsv(plc?: string): Promise<void> {
  try {
    const { text } = await api.call('tags.csv', plc === undefined ? {} : { plc })
    saveText(`${plc ?? 'tags'}.csv`, text, 'text/csv')
  } catch (error) {
    showToast({
      tone: 'bad',
      text: `Tags were not exported: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}
