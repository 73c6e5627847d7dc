import { SquarePen } from 'lucide-react'
import { lazy } from 'react'
import type { Screen } from '#renderer/ui/screen'

export const screen: Screen = {
  id: 'writeback',
  title: 'Write-back',
  letter: 'W',
  icon: SquarePen,
  Page: lazy(async () => ({ default: (await import('./Page.tsx')).Page })),
  keys: [
    { keys: 'Mod+Enter', does: 'Send the request' },
    { keys: 'Escape', does: 'Give up waiting for the answer' },
  ],
}
