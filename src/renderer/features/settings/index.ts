import { Settings } from 'lucide-react'
import { lazy } from 'react'
import { go } from '#renderer/ui/router'
import type { Screen } from '#renderer/ui/screen'
import { helpPages } from './help-pages.ts'

export { countNames } from './name-changes.ts'

export const screen: Screen = {
  id: 'settings',
  title: 'Settings',
  letter: 'S',
  icon: Settings,
  last: true,
  withoutConfig: true,
  Page: lazy(async () => ({ default: (await import('./Page.tsx')).Page })),
  commands: [
    { id: 'writes mode', title: 'Writes: arm, or make read-only', run: () => go('settings', ['writes']) },
    {
      id: 'settings left-overs',
      title: 'Left-overs: what stands at the brokers under an earlier namespace',
      run: () => go('settings', ['left-overs']),
    },
    { id: 'settings file', title: 'Configuration file: problems, import, export', run: () => go('settings', ['file']) },
    {
      id: 'settings look',
      title: 'Appearance',
      also: 'colour theme density',
      run: () => go('settings', ['appearance']),
    },
    ...helpPages.map(({ id, title }) => ({
      id: `help ${id}`,
      title: `Help: ${title}`,
      also: 'documentation manual',
      run: () => go('settings', ['help', id]),
    })),
  ],
  keys: [{ keys: 'N', does: 'Namespace' }],
}
