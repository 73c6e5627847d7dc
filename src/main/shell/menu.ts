/** The application menu as Electron takes it. Pure: what the items do is passed in. */
import { basename } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { product } from '#shared/product'

export interface MenuActions {
  openConfiguration(): void
  openRecent(file: string): void
  openDemo(): void
  openConfigurationFolder(): void
  openLogFolder(): void
  setKeepRunning(keep: boolean): void
  openHelp(): void
  about(): void
  quit(): void
}

export interface MenuState {
  /** Newest first, without the one that is open. */
  readonly recent: readonly string[]
  readonly keepRunning: boolean
  /** Run from source: with tools for developers. */
  readonly developing: boolean
}

const separator: MenuItemConstructorOptions = { type: 'separator' }

export function menuTemplate(actions: MenuActions, state: MenuState): MenuItemConstructorOptions[] {
  const recent: MenuItemConstructorOptions[] = state.recent.map((file) => ({
    label: recentLabel(file, state.recent),
    click: () => actions.openRecent(file),
  }))
  return [
    {
      label: '&File',
      submenu: [
        { id: 'open', label: '&Open Configuration…', accelerator: 'CmdOrCtrl+O', click: actions.openConfiguration },
        { id: 'recent', label: 'Open &Recent', enabled: recent.length > 0, submenu: recent },
        { id: 'demo', label: 'Open &Demo Site', click: actions.openDemo },
        separator,
        { id: 'folder', label: 'Show &Configuration in Folder', click: actions.openConfigurationFolder },
        { id: 'logs', label: 'Open &Log Folder', accelerator: 'CmdOrCtrl+Shift+L', click: actions.openLogFolder },
        separator,
        {
          id: 'keep',
          type: 'checkbox',
          label: '&Keep Running in Background',
          checked: state.keepRunning,
          click: ({ checked }) => actions.setKeepRunning(checked),
        },
        { role: 'close', label: 'Close &Window', accelerator: 'CmdOrCtrl+W' },
        { id: 'quit', label: '&Quit', accelerator: 'CmdOrCtrl+Q', click: actions.quit },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        ...(state.developing ? [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
      ],
    },
    {
      label: '&Help',
      submenu: [
        { id: 'help', label: `${product.name} &Help`, accelerator: 'F1', click: actions.openHelp },
        separator,
        { id: 'about', label: `&About ${product.name}`, click: actions.about },
      ],
    },
  ]
}

/** The file's name, with its whole path where another one has the same. `&` would underline the letter behind it. */
function recentLabel(file: string, all: readonly string[]): string {
  const twins = all.filter((other) => basename(other) === basename(file)).length > 1
  return (twins ? file : basename(file)).replaceAll('&', '&&')
}
