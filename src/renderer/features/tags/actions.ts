import { changeOrTell } from '#renderer/site/change'
import { showToast } from '#renderer/ui/live'
import { go } from '#renderer/ui/router'
import { removeTags, type TagChange, togglePublished, toggleWritable } from './edits.ts'
import type { TagRow } from './rows.ts'
import { chooseListFor } from './watch-store.ts'

export type TagAct = 'published' | 'writable' | 'test' | 'watch' | 'remove'

/** Does what a key or a button asks for with these rows. */
export function act(what: TagAct, rows: readonly TagRow[]) {
  const [first] = rows
  if (!first) return
  switch (what) {
    case 'published':
      return save(togglePublished(rows))
    case 'writable':
      return save(toggleWritable(rows))
    case 'remove':
      return save(removeTags(rows))
    case 'test':
      return go('writeback', [], { plc: first.plc, tag: first.tag?.alias ?? first.address })
    case 'watch':
      return chooseListFor(rows.map(({ plc, address }) => ({ plc, address })))
  }
}

/** Changes are saved one after the other: each is made on the version the one before has left. */
let last: Promise<unknown> = Promise.resolve()

function save(change: TagChange | undefined): void {
  if (!change) return
  last = last.then(async () => {
    const { warn, text } = change
    if (warn) showToast({ tone: 'warn', text })
    await changeOrTell(change.edits, { text: warn ? 'Saved' : text, undo: change.undo })
  })
}
