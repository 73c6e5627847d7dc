/** What the desktop can do for the gateway's window: dialogs of the OS, programs for files, more windows. */
import { spawn } from 'node:child_process'
import { type BrowserWindow, dialog, shell } from 'electron'
import type { FileQuestion, Host, PickedFile } from '#main/host'
import { withEnding } from './ending.ts'
import { argsOf } from './intent.ts'

export interface DesktopHostOptions extends Pick<Host, 'version' | 'secrets' | 'logPath'> {
  /** In front of which questions are asked; undefined where it is closed. */
  window(): BrowserWindow | undefined
  recent(): readonly string[]
  /** Starts this application once more. */
  startAnother(args: readonly string[]): void
}

export function desktopHost({ version, secrets, logPath, window, recent, startAnother }: DesktopHostOptions): Host {
  async function pickFile(question: FileQuestion): Promise<PickedFile> {
    const owner = window()
    const asked = { ...dialogOptions(question), properties: ['openFile' as const] }
    const { canceled, filePaths } = await (owner ? dialog.showOpenDialog(owner, asked) : dialog.showOpenDialog(asked))
    const [path] = filePaths
    return canceled || path === undefined ? { kind: 'cancelled' } : { kind: 'picked', path }
  }
  async function saveFile(question: FileQuestion): Promise<PickedFile> {
    const owner = window()
    const asked = dialogOptions(question)
    const { canceled, filePath } = await (owner ? dialog.showSaveDialog(owner, asked) : dialog.showSaveDialog(asked))
    return canceled || !filePath ? { kind: 'cancelled' } : { kind: 'picked', path: withEnding(filePath, question) }
  }
  return {
    version,
    secrets,
    logPath,
    kind: 'desktop',
    can: { pickFiles: true, openPaths: true, openConfigs: true, openDemo: true },
    pickFile,
    saveFile,
    openPath: (path) => shell.openPath(path),
    openConfig: async (path) => {
      startAnother(argsOf({ kind: 'window', config: path, recovered: 0 }))
      return ''
    },
    recent: async () => recent(),
    openDemo: async () => {
      startAnother(argsOf({ kind: 'demo', recovered: 0 }))
      return ''
    },
  }
}

function dialogOptions({ title, path, kinds }: FileQuestion) {
  return {
    title,
    ...(path === undefined ? {} : { defaultPath: path }),
    ...(kinds ? { filters: kinds.map(([name, extensions]) => ({ name, extensions: [...extensions] })) } : {}),
  }
}

/** Another process of this application. Where there is a window on that file already, it gets the focus. */
export function startAnother(args: readonly string[]) {
  // An AppImage's own program is gone when its process ends.
  const child = spawn(process.env.APPIMAGE ?? process.execPath, args, { detached: true, stdio: 'ignore' })
  child.once('error', () => {})
  child.unref()
}
