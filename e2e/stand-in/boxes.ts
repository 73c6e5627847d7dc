/** Dialogs and programs of the OS, key store, power, screens. Tests replace what they want to see, as on the real binary. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { needReady } from './app.ts'
import { loud, seen } from './common.ts'

export const dialog = loud('dialog', {
  showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
  showSaveDialog: async () => ({ canceled: true, filePath: '' }),
  showMessageBox: async () => ({ response: 0, checkboxChecked: false }),
  showErrorBox: (title: string, content: string) => console.error(`${title}: ${content}`),
} satisfies Pick<Electron.Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox' | 'showErrorBox'>)

export const shell = loud('shell', {
  openExternal: async () => {},
  openPath: async () => '',
  showItemInFolder: () => {},
} satisfies Pick<Electron.Shell, 'openExternal' | 'openPath' | 'showItemInFolder'>)

const key = randomBytes(32)

export const safeStorage = loud('safeStorage', {
  isEncryptionAvailable: () => {
    needReady('safeStorage')
    return true
  },
  getSelectedStorageBackend: () => 'gnome_libsecret' as const,
  encryptString: (text: string) => {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  },
  decryptString: (bytes: Buffer) => {
    const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(-16))
    return Buffer.concat([cipher.update(bytes.subarray(12, -16)), cipher.final()]).toString('utf8')
  },
} satisfies Pick<
  Electron.SafeStorage,
  'isEncryptionAvailable' | 'getSelectedStorageBackend' | 'encryptString' | 'decryptString'
>)

let lastBlocker = 0

export const powerSaveBlocker = loud('powerSaveBlocker', {
  start: () => {
    seen.blockers.add(++lastBlocker)
    return lastBlocker
  },
  stop: (id: number) => seen.blockers.delete(id),
  isStarted: (id: number) => seen.blockers.has(id),
} satisfies Pick<Electron.PowerSaveBlocker, 'start' | 'stop' | 'isStarted'>)

const area = { x: 0, y: 0, width: 1920, height: 1080 }

export const screen = loud('screen', {
  getAllDisplays: () => {
    needReady('screen')
    return [{ id: 1, bounds: area, workArea: area, scaleFactor: 1 }]
  },
})

export const nativeImage = loud('nativeImage', {
  createFromPath: (path: string) => ({ isEmpty: () => !existsSync(path), path }),
})
