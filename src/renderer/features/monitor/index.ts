import { Activity } from 'lucide-react'
import { lazy } from 'react'
import type { Screen } from '#renderer/ui/screen'

export const screen: Screen = {
  id: 'monitor',
  title: 'Monitor',
  letter: 'M',
  icon: Activity,
  Page: lazy(async () => ({ default: (await import('./Page.tsx')).Page })),
  keys: [
    { keys: 'Space', does: 'Pause, and go on' },
    { keys: '/', does: 'Filter by text' },
  ],
}
