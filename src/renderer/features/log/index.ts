import { ScrollText } from 'lucide-react'
import { lazy } from 'react'
import type { Screen } from '#renderer/ui/screen'

export const screen: Screen = {
  id: 'log',
  title: 'Log',
  letter: 'L',
  icon: ScrollText,
  withoutConfig: true,
  Page: lazy(async () => ({ default: (await import('./Page.tsx')).Page })),
  keys: [{ keys: '/', does: 'Filter by text' }],
}
