import { Tags } from 'lucide-react'
import { lazy } from 'react'
import { go } from '#renderer/ui/router'
import type { Screen } from '#renderer/ui/screen'

export { followTags, tagStore } from './store.ts'

export const screen: Screen = {
  id: 'tags',
  title: 'Tags',
  letter: 'T',
  icon: Tags,
  Page: lazy(async () => ({ default: (await import('./Page.tsx')).Page })),
  commands: [
    { id: 'tags published', title: 'Tags: show published ones', run: () => go('tags', [], { only: 'published' }) },
    { id: 'tags writable', title: 'Tags: show writable ones', run: () => go('tags', [], { only: 'writable' }) },
    { id: 'tags import', title: 'Tags: import CSV', also: 'file spreadsheet', run: () => go('tags', ['import']) },
    { id: 'tags add', title: 'Tags: add one by its address', run: () => go('tags', ['add']) },
  ],
  keys: [
    { keys: 'Space', does: 'Publish, or no longer' },
    { keys: 'w', does: 'Writable, or no longer' },
    { keys: 'W', does: 'Write it, in the write-back tester' },
    { keys: '→ ←', does: 'Open, close a structure' },
    { keys: 'Shift+↑ Shift+↓', does: 'Select more rows' },
    { keys: 'Mod+A', does: 'Select all rows' },
    { keys: 'a', does: 'Add to a watch list' },
  ],
}
