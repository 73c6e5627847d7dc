import { Button } from '#renderer/ui/Button.tsx'
import type { TagAct } from './actions.ts'
import type { TagRow } from './rows.ts'

/** What can be done with several tags at once. */
export function SelectionBar(props: {
  readonly rows: readonly TagRow[]
  readonly onAct: (act: TagAct, rows: readonly TagRow[]) => void
}) {
  const { rows, onAct } = props
  const tags = rows.filter(({ note }) => note === undefined)
  const published = tags.every(({ tag }) => tag?.enabled)
  const writable = tags.every(({ tag }) => tag?.enabled && tag.writable)
  const configured = tags.filter(({ tag }) => tag !== undefined).length
  return (
    <div className="tags-selected" role="toolbar" aria-label="Selected tags">
      <span className="mid">{tags.length} selected</span>
      <span className="grow" />
      <Button small keys="Space" onClick={() => onAct('published', tags)}>
        {published ? 'Stop publishing' : 'Publish'}
      </Button>
      <Button small keys="w" onClick={() => onAct('writable', tags)}>
        {writable ? 'No longer writable' : 'Make writable'}
      </Button>
      <Button small keys="a" onClick={() => onAct('watch', tags)}>
        Watch
      </Button>
      <Button
        small
        kind="danger"
        blocked={configured === 0 ? 'None of them is configured.' : undefined}
        onClick={() => onAct('remove', tags)}
      >
        Remove
      </Button>
    </div>
  )
}
