import { api } from '#renderer/api/index'
import { setPreferences, themes } from '#renderer/site/preferences'
import { site } from '#renderer/site/site'
import type { Command } from '#renderer/ui/commands'
import { showToast } from '#renderer/ui/live'
import { go } from '#renderer/ui/router'
import type { Screen } from '#renderer/ui/screen'

const openable = [
  ['config', 'Open the configuration file'],
  ['log', 'Open the log file'],
  ['journal', 'Open the journal of writes'],
  ['folder', 'Open the folder of the configuration'],
] as const

/** What can be done wherever one is. */
export function windowCommands(screens: readonly Screen[], open: { readonly sheet: () => void }): readonly Command[] {
  const can = site.getState().info?.can
  return [
    ...screens.map(({ id, title, letter }) => ({
      id: `go ${id}`,
      title: `Go to ${title}`,
      keys: letter,
      run: () => go(id),
    })),
    { id: 'namespace', title: 'Change the namespace', keys: 'N', run: () => go('settings', ['namespace']) },
    ...screens.flatMap(({ commands }) => commands ?? []),
    ...themes.map((theme) => ({
      id: `theme ${theme}`,
      title: `Theme: ${theme === 'contrast' ? 'high contrast' : theme}`,
      also: 'appearance look colours',
      run: () => setPreferences({ theme }),
    })),
    {
      id: 'density touch',
      title: 'Density: touch (gloves)',
      also: 'appearance size',
      run: () => setPreferences({ density: 'touch' }),
    },
    {
      id: 'density normal',
      title: 'Density: normal',
      also: 'appearance size',
      run: () => setPreferences({ density: 'normal' }),
    },
    { id: 'keys', title: 'Show all keys', keys: '?', run: open.sheet },
    ...(can?.openPaths
      ? openable.map(([what, title]) => ({ id: `open ${what}`, title, run: () => void openPath(what) }))
      : []),
  ]
}

/** Opens one of the gateway's files in the program the OS has for it; says why where it can't. */
export async function openPath(what: (typeof openable)[number][0]): Promise<void> {
  const { error } = await api
    .call('app.openPath', { what })
    .catch((reason: unknown) => ({ error: reason instanceof Error ? reason.message : String(reason) }))
  if (error) showToast({ tone: 'bad', text: error })
}
