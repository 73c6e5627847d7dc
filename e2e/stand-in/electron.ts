/**
 * The `electron` module of an executable that takes Electron's place in tests where its binary can't be had: the main
 * process runs in plain Node, its windows are pages of an installed Chromium. It is typed against Electron's own
 * declarations; what it lacks throws with its name. Real menus, dialogs, trays, isolation of worlds, asar and fuses stay
 * for the real binary.
 */
import { app } from './app.ts'
import { dialog, nativeImage, powerSaveBlocker, safeStorage, screen, shell } from './boxes.ts'
import { seen } from './common.ts'
import { ipcMain } from './ipc.ts'
import { Menu, MenuItem, Tray } from './menu.ts'
import { protocol, session } from './protocol.ts'
import { BrowserWindow, webContents } from './window.ts'

export { app, becomeReady } from './app.ts'
export { dialog, nativeImage, powerSaveBlocker, safeStorage, screen, shell } from './boxes.ts'
export { startBrowser } from './browser.ts'
export { start } from './common.ts'
export { ipcMain } from './ipc.ts'
export { Menu, MenuItem, Tray } from './menu.ts'
export { protocol, session } from './protocol.ts'
export { BrowserWindow, webContents } from './window.ts'

/** For `app.evaluate`: what the real binary shows to people alone. */
Object.defineProperty(globalThis, 'standIn', { value: seen })

// biome-ignore lint/style/noDefaultExport: `require('electron')` and playwright's inspector take the whole module
export default {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MenuItem,
  nativeImage,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  webContents,
} satisfies Partial<Record<keyof typeof Electron.CrossProcessExports, unknown>>
