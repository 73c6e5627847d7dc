/** What the desktop asks or tells in a box of the OS. */
import { type BrowserWindow, dialog, type MessageBoxOptions, shell } from 'electron'
import { askTicket } from '#main/commands/ticket'
import type { LockRecord } from '#main/gateway/lock-record'
import { product } from '#shared/product'

/** Index of the button that was pressed. A hidden window would hide its box. */
export async function ask(window: BrowserWindow | undefined, question: MessageBoxOptions): Promise<number> {
  const whole = { title: product.name, noLink: true, ...question }
  const isSeen = window && !window.isDestroyed() && window.isVisible()
  const { response } = await (isSeen ? dialog.showMessageBox(window, whole) : dialog.showMessageBox(whole))
  return response
}

/** `title`: how the gateway is doing. */
export async function confirmQuit(window: BrowserWindow | undefined, title: string): Promise<boolean> {
  const answer = await ask(window, {
    type: 'warning',
    message: `Writes are armed. Quit ${product.name}?`,
    detail: `${title}.\nThe gateway ends: its values stop, and write requests are not answered until it runs again.`,
    buttons: ['Quit', 'Stay'],
    defaultId: 1,
    cancelId: 1,
  })
  return answer === 0
}

/** After an internal error. */
export async function tellRecovered(window: BrowserWindow, openLog: () => void) {
  const answer = await ask(window, {
    type: 'warning',
    message: `${product.name} has ended by an internal error and was started anew.`,
    detail: 'The gateway runs again. The log says what happened; send it along when you report this.',
    buttons: ['Continue', 'Open Log Folder'],
    cancelId: 0,
  })
  if (answer === 1) openLog()
}

/** No gateway here. Where another process has the configuration, its window can be opened in the browser. */
export async function tellRefused(window: BrowserWindow, { error, running }: Refused) {
  const url = running && (await askTicket(running, 'own'))
  const buttons = [...(url ? ['Open Its Window'] : []), 'Quit']
  const answer = await ask(window, {
    type: 'error',
    message: 'The gateway does not start.',
    detail: error,
    buttons,
    cancelId: buttons.length - 1,
  })
  if (url && answer === 0) await shell.openExternal(url)
}

interface Refused {
  readonly error: string
  readonly running?: LockRecord
}

export function about(window: BrowserWindow | undefined, version: string, configPath: string): Promise<number> {
  const { electron = '', chrome = '', node = '' } = process.versions
  return ask(window, {
    type: 'info',
    message: `${product.name} ${version}`,
    detail: [
      `Configuration: ${configPath || 'demo site'}`,
      `Electron ${electron}, Chromium ${chrome}, Node.js ${node}, ${process.platform} ${process.arch}`,
      'MIT licence. An independent implementation; names of other products belong to their owners.',
    ].join('\n'),
    buttons: ['OK'],
  })
}
