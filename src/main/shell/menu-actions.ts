import { type BrowserWindow, dialog, shell } from 'electron'
import type { Folders } from './folders.ts'
import { argsOf } from './intent.ts'
import type { MenuActions } from './menu.ts'
import { pageUrl } from './page.ts'
import { about } from './questions.ts'

export interface MenuActionsOptions extends Pick<MenuActions, 'setKeepRunning' | 'quit'> {
  readonly configPath: string
  readonly folders: Folders
  readonly version: string
  startAnother(args: readonly string[]): void
  show(): void
  window(): BrowserWindow | undefined
}

/** What the items of the application menu do. */
export function createMenuActions(options: MenuActionsOptions): MenuActions {
  const { configPath, folders, version, startAnother, show, window, setKeepRunning, quit } = options
  const openFile = (file: string) => startAnother(argsOf({ kind: 'window', config: file, recovered: 0 }))

  async function pick() {
    const owner = window()
    const question = {
      title: 'Open Configuration',
      properties: ['openFile' as const],
      filters: [
        { name: 'Configuration', extensions: ['yaml', 'yml'] },
        { name: 'All Files', extensions: ['*'] },
      ],
    }
    const { filePaths } = await (owner ? dialog.showOpenDialog(owner, question) : dialog.showOpenDialog(question))
    if (filePaths[0] !== undefined) openFile(filePaths[0])
  }
  return {
    openConfiguration: () => void pick(),
    openRecent: openFile,
    openDemo: () => startAnother(argsOf({ kind: 'demo', recovered: 0 })),
    openConfigurationFolder: () => shell.showItemInFolder(configPath || folders.own),
    openLogFolder: () => void shell.openPath(folders.log),
    setKeepRunning,
    openHelp: () => {
      show()
      void window()
        ?.loadURL(`${pageUrl}#/settings/help`)
        .catch(() => {})
    },
    about: () => void about(window(), version, configPath),
    quit,
  }
}
