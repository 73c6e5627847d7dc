/** The only door between the page and the main process: two functions that pass texts. Sandboxed; built as CommonJS. */
import { contextBridge, ipcRenderer } from 'electron'
import { type ShellBridge, shellChannel } from '#shared/rpc/shell'

let listener: Parameters<ShellBridge['onFrame']>[0] = () => {}

ipcRenderer.on(shellChannel, (_event, connection: unknown, text: unknown, why: unknown) => {
  listener(String(connection), typeof text === 'string' ? text : null, typeof why === 'string' ? why : '')
})

const bridge: ShellBridge = {
  send: (connection, text) => ipcRenderer.send(shellChannel, String(connection), text === null ? null : String(text)),
  onFrame: (next) => {
    listener = next
  },
}

contextBridge.exposeInMainWorld('warlink', bridge)
