import { Bookmark, Download, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { useStore } from 'zustand'
import { preferences } from '#renderer/site/preferences'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { saveText } from '#renderer/ui/files'
import { Input } from '#renderer/ui/Input.tsx'
import { showToast } from '#renderer/ui/live'
import { Menu } from '#renderer/ui/Menu.tsx'
import { readWatchList, watchListCsv } from './watch-csv.ts'
import { addToList, removeList, waitingForList } from './watch-store.ts'

/** The lists, and a new one from a CSV file. Also asks where tags go that are to be watched. */
export function WatchListMenu({ onChoose }: { readonly onChoose: (name: string) => void }) {
  const lists = useStore(preferences, (now) => now.watchLists)
  const fileRef = useRef<HTMLInputElement>(null)
  async function read(file: File | undefined) {
    if (!file) return
    const text = await file
      .text()
      .catch((why: unknown) => showToast({ tone: 'bad', text: `${file.name}: ${String(why)}` }))
    if (text === undefined) return
    const { tags, errors } = readWatchList(text)
    if (errors.length > 0) showToast({ tone: 'warn', text: `${file.name}: ${errors.slice(0, 3).join(' ')}` })
    if (tags.length === 0) return
    const name = addToList(file.name.replace(/\.csv$/i, ''), tags)
    if (name !== undefined) onChoose(name)
  }
  return (
    <>
      <Menu
        trigger={
          <Button kind="plain" icon={Bookmark}>
            Watch list
          </Button>
        }
        items={[
          ...lists.map(({ name, tags }) => ({ label: name, aside: String(tags.length), run: () => onChoose(name) })),
          ...(lists.length > 0 ? (['line'] as const) : []),
          { label: 'Import a list as CSV…', run: () => fileRef.current?.click() },
        ]}
      />
      <input
        ref={fileRef}
        type="file"
        accept=".csv,text/csv"
        hidden
        aria-label="Watch list as CSV"
        onChange={(event) => {
          void read(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      <ChooseList />
    </>
  )
}

/** Which list the tags go to that wait for one. */
function ChooseList() {
  const { tags } = useStore(waitingForList)
  const lists = useStore(preferences, (now) => now.watchLists)
  const [name, setName] = useState('')
  const inputRef = useRef<HTMLInputElement>(null)
  const clean = name.trim()
  const close = () => waitingForList.setState({ tags: [] })
  function add(to: string) {
    if (addToList(to, tags) === undefined) return
    setName('')
    close()
  }
  const what = tags.length === 1 ? (tags[0]?.address ?? '') : `${tags.length} tags`
  return (
    <Dialog
      open={tags.length > 0}
      onClose={close}
      title={`Watch ${what}`}
      initialFocus={inputRef}
      footer={
        <>
          <span className="grow" />
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" blocked={clean ? undefined : 'Name the list first.'} onClick={() => add(clean)}>
            Add to {clean || 'the list'}
          </Button>
        </>
      }
    >
      {lists.length > 0 && (
        <div className="detail-actions">
          {lists.map((list) => (
            <Button key={list.name} icon={Bookmark} onClick={() => add(list.name)}>
              {list.name}
            </Button>
          ))}
        </div>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (clean) add(clean)
        }}
      >
        <Field column label="New list">
          <Input ref={inputRef} value={name} onValue={setName} maxLength={100} placeholder="Commissioning" />
        </Field>
      </form>
    </Dialog>
  )
}

/** Above the table while a list is shown. */
export function ListBar({ name, onGone }: { readonly name: string; readonly onGone: () => void }) {
  const list = useStore(preferences, (now) => now.watchLists.find((one) => one.name === name))
  return (
    <div className="bar">
      <h2>{name}</h2>
      <span className="dim">{list?.tags.length ?? 0} tags</span>
      <span className="grow" />
      <Button
        small
        kind="plain"
        icon={Download}
        onClick={() => saveText(`${name}.csv`, watchListCsv(list?.tags ?? []), 'text/csv')}
      >
        Save as CSV
      </Button>
      <Button
        small
        kind="plain"
        icon={Trash2}
        onClick={() => {
          removeList(name)
          onGone()
        }}
      >
        Remove list
      </Button>
    </div>
  )
}
