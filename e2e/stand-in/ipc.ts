import { emitter, loud } from './common.ts'

export type InvokeHandler = (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown

export const invokeHandlers = new Map<string, InvokeHandler>()

export const ipcMain = loud(
  'ipcMain',
  Object.assign(emitter(), {
    handle: (channel: string, handler: InvokeHandler) => {
      if (invokeHandlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
      invokeHandlers.set(channel, handler)
    },
    removeHandler: (channel: string) => void invokeHandlers.delete(channel),
  } satisfies Pick<Electron.IpcMain, 'handle' | 'removeHandler'>),
)
