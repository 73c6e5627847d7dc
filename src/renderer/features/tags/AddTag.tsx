import { useRef, useState } from 'react'
import { api } from '#renderer/api/index'
import { changeOrTell } from '#renderer/site/change'
import { Button } from '#renderer/ui/Button.tsx'
import { CheckBox } from '#renderer/ui/Choice.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { Select } from '#renderer/ui/Select.tsx'
import { State } from '#renderer/ui/State.tsx'
import type { TagDraft } from '#shared/contract/edits'
import { aliasProblem, tagNameProblem } from '#shared/names/rules'
import type { TagReading } from '#shared/tag'
import { tagStore } from './store.ts'

/** What was read once, and of what: it says nothing about another PLC or address. */
interface Read {
  readonly plc: string
  readonly address: string
  readonly reading: TagReading | { readonly error: string }
}

/** Adds one tag by its address: what no list shows (bits, elements) or a PLC that was not asked yet. */
export function AddTag(props: {
  readonly open: boolean
  readonly plcs: readonly string[]
  readonly plc: string | undefined
  readonly onClose: () => void
}) {
  const { open, plcs, onClose } = props
  const [chosen, setChosen] = useState<string>()
  const [address, setAddress] = useState('')
  const [alias, setAlias] = useState('')
  const [writable, setWritable] = useState(false)
  const [read, setRead] = useState<Read>()
  const [busy, setBusy] = useState<'read' | 'add'>()
  const inputRef = useRef<HTMLInputElement>(null)
  const plc = chosen ?? props.plc ?? plcs[0] ?? ''
  const problem = address === '' ? undefined : (tagNameProblem(address) ?? alreadyThere(plc, address))
  const aliasWrong = alias === '' ? undefined : aliasProblem(alias)
  const blocked = problem ?? aliasWrong ?? (address === '' ? 'Type the address first.' : undefined)

  async function readOnce() {
    setBusy('read')
    const reading = await api
      .call('tags.read', { plc, address })
      .catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }))
    setRead({ plc, address, reading })
    setBusy(undefined)
  }
  async function add() {
    if (blocked !== undefined) return
    setBusy('add')
    const tag: TagDraft = { name: address, ...(alias ? { alias } : {}), ...(writable ? { writable } : {}) }
    const undo = [{ kind: 'remove-tags', plc, tags: [address] }] as const
    const done = { text: `${address} of ${plc} added`, undo: undo.map((edit) => ({ ...edit, tags: [...edit.tags] })) }
    const ok = await changeOrTell([{ kind: 'add-tags', plc, tags: [tag] }], done)
    setBusy(undefined)
    if (!ok) return
    setAddress('')
    setAlias('')
    setWritable(false)
    setRead(undefined)
    onClose()
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      onClosed={() => setChosen(undefined)}
      title="Add a tag"
      initialFocus={inputRef}
      footer={
        <>
          <Button
            busy={busy === 'read'}
            blocked={problem ?? (address ? undefined : 'Type the address first.')}
            onClick={() => void readOnce()}
          >
            Read it once
          </Button>
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy === 'add'} blocked={blocked} onClick={() => void add()}>
            Add and publish
          </Button>
        </>
      }
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          void add()
        }}
      >
        <Field label="PLC">
          <Select options={plcs.map((name) => ({ value: name, label: name }))} value={plc} onValue={setChosen} />
        </Field>
        <Field
          label="Address"
          problem={problem}
          help="As the PLC's own tools write it: Counter, Program:Main.Step, Recipe.Set[3], Word.5"
        >
          <Input ref={inputRef} mono value={address} onValue={setAddress} />
        </Field>
        <Field label="Alias" problem={aliasWrong} help="Published under this name in place of its own">
          <Input mono value={alias} onValue={setAlias} placeholder="none" />
        </Field>
        <CheckBox checked={writable} onChecked={setWritable} help="Write requests for it are executed">
          Writable
        </CheckBox>
        <button type="submit" hidden />
      </form>
      {read?.plc === plc && read.address === address && <ReadOnce reading={read.reading} />}
    </Dialog>
  )
}

function alreadyThere(plc: string, address: string): string | undefined {
  const index = tagStore.getState().indexes[plc]
  return index?.configured.has(address) ? `${address} is configured already.` : undefined
}

function ReadOnce({ reading }: Pick<Read, 'reading'>) {
  if (!('valueJson' in reading) || reading.valueJson === undefined) {
    return (
      <p className="callout bad">
        <State kind="bad">{reading.error || 'No value.'}</State>
      </p>
    )
  }
  return (
    <p className="callout">
      <State kind="ok">Read</State>
      <span className="mono cut">
        {reading.valueJson} {reading.type}
      </span>
    </p>
  )
}
