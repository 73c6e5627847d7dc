import { CircleDot, Square } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { api } from '#renderer/api/index'
import { site, useInfo } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { showToast } from '#renderer/ui/live'
import { State } from '#renderer/ui/State.tsx'
import { bytesText } from '#renderer/ui/times'
import type { MonitorFilter } from '#shared/contract/monitor'

/** Records what the filter lets through to a file of JSON lines, until stopped. */
export function Record({ filter }: { readonly filter: MonitorFilter }) {
  const info = useInfo()
  const state = useStore(site, ({ cells }) =>
    cells.recording?.kind === 'recording' ? cells.recording.value : undefined,
  )
  const [asking, setAsking] = useState(false)
  const [path, setPath] = useState('')
  const [busy, setBusy] = useState(false)

  async function begin(to: string) {
    setBusy(true)
    try {
      await api.call('monitor.record', { path: to, filter })
      setAsking(false)
    } catch (error) {
      showToast({ tone: 'bad', text: `Recording: ${textOf(error)}` })
    }
    setBusy(false)
  }
  async function ask() {
    if (!info?.can.pickFiles) return setAsking(true)
    const picked = await api.call('app.saveFile', { title: 'Record messages to', kinds: [['JSON lines', ['jsonl']]] })
    if (picked.kind === 'picked') await begin(picked.path)
    if (picked.kind === 'unavailable') setAsking(true)
  }
  async function stop() {
    setBusy(true)
    await api.call('monitor.stopRecord', {}).catch((error: unknown) => showToast({ tone: 'bad', text: textOf(error) }))
    setBusy(false)
  }

  if (state?.kind === 'on') {
    return (
      <>
        <State kind="busy" title={state.path}>
          <span className="text-small">
            recording, {state.messages.toLocaleString('en-US')} messages, {bytesText(state.bytes)}
          </span>
        </State>
        <Button small icon={Square} busy={busy} onClick={() => void stop()}>
          Stop
        </Button>
      </>
    )
  }
  return (
    <>
      {state?.kind === 'ended' && (
        <State kind="warn" title={state.path}>
          <span className="text-small">recording ended: {state.why}</span>
        </State>
      )}
      <Button
        kind="plain"
        icon={CircleDot}
        busy={busy}
        onClick={() => void ask().catch((error: unknown) => showToast({ tone: 'bad', text: textOf(error) }))}
      >
        Record…
      </Button>
      <Dialog
        open={asking}
        title="Record messages"
        onClose={() => setAsking(false)}
        footer={
          <>
            <span className="grow" />
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button
              kind="primary"
              busy={busy}
              blocked={path.trim() === '' ? 'Type a path first.' : undefined}
              onClick={() => void begin(path.trim())}
            >
              Record
            </Button>
          </>
        }
      >
        <Field
          column
          label="New file, on the gateway's computer"
          help="JSON lines: time, broker, direction, address, key, payload. An existing file is not touched."
        >
          <Input mono autoFocus value={path} onValue={setPath} placeholder="/home/engineer/monitor.jsonl" />
        </Field>
      </Dialog>
    </>
  )
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
