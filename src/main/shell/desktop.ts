/**
 * The desktop application on one configuration: a window, its menu, the tray, and the gateway behind them. In comes what
 * it was started for; it lives until the gateway has ended in good order.
 */
import { join } from 'node:path'
import { app, type BrowserWindow, ipcMain, Menu, protocol, safeStorage, session, shell } from 'electron'
import { createLogger } from '#main/log/logger'
import { openElectronWires } from '#main/wires/electron'
import { product } from '#shared/product'
import { createBackground } from './background.ts'
import { desktopHost } from './desktop-host.ts'
import type { Folders } from './folders.ts'
import { type FollowedGateway, followGateway } from './follow.ts'
import { guardPages } from './guard.ts'
import type { WindowIntent } from './intent.ts'
import { createKept, firstPlace, settingsSchema, windowPlaceSchema } from './kept.ts'
import { menuTemplate } from './menu.ts'
import { createMenuActions } from './menu-actions.ts'
import { isOwnPage, servePage } from './page.ts'
import { confirmQuit, tellRecovered, tellRefused } from './questions.ts'
import { createEnding } from './quit.ts'
import { openRecent } from './recent.ts'
import { recoverFromErrors } from './recovery.ts'
import { createSecrets } from './secrets.ts'
import { openSite } from './site.ts'
import { summaryOf } from './summary.ts'
import { openWindow } from './window.ts'

export interface DesktopOptions {
  readonly intent: WindowIntent
  /** Links resolved; '' for the demo site. */
  readonly configPath: string
  readonly folders: Folders
  readonly version: string
  /** File of the built thread that edits long configurations. */
  readonly textWorker: string
  /** Of the built window, and the file of its preload. */
  readonly pageFolder: string
  readonly preload: string
  /** Starts this application once more, beside this one … */
  startAnother(args: readonly string[]): void
  /** … or in its place, once it has ended. */
  startAnew(intent: WindowIntent): void
}

/** Opens it, once Electron is ready. */
export async function openDesktop(options: DesktopOptions): Promise<void> {
  const { intent, configPath, folders, version, pageFolder } = options
  const logPath = join(folders.log, `${product.cli}.log`)
  const logger = createLogger({ file: logPath })
  const log = logger.for('desktop')
  const settings = createKept(join(folders.own, 'settings.json'), settingsSchema, { keepRunning: false })
  const place = createKept(join(folders.own, 'window.json'), windowPlaceSchema, firstPlace)
  const recent = openRecent(folders.base)
  let window: BrowserWindow | undefined
  let summary = summaryOf(undefined)
  // The summary comes a little later than what it tells of: whether writes are armed is asked when it counts.
  let gateway: () => FollowedGateway | undefined = () => undefined

  guardPages({ app, session: session.defaultSession, shell })
  servePage(protocol, pageFolder)
  const opening = openSite({
    configPath,
    version,
    textWorker: options.textWorker,
    logger,
    onLost: (why) => {
      // Two gateways on one file would be twins under one namespace.
      log.error(why)
      ending.now(1)
    },
    hostFor: ({ secrets: fallback }) =>
      desktopHost({
        version,
        logPath,
        secrets: createSecrets({
          vault: safeStorage,
          file: join(folders.own, 'secrets.json'),
          fallback,
          warn: log.warn,
        }),
        window: () => window,
        recent: recent.list,
        startAnother: options.startAnother,
      }),
  })
  const closeWires = openElectronWires({
    ipc: ipcMain,
    isOwnPage,
    onWire: (wire) => void opening.then((opened) => (opened.ok ? opened.site.serve(wire) : wire.close())),
    onStranger: log.warn,
  })
  const ending = createEnding({
    keepRunning: () => settings.get().keepRunning,
    armed: () => gateway()?.writeMode.getState() === 'armed',
    confirm: () => confirmQuit(window, summary.title),
    hide: () => window?.hide(),
    stop: async () => {
      closeWires()
      background.close()
      const opened = await opening
      if (opened.ok) await opened.site.stop()
      await logger.close()
    },
    exit: (code) => app.exit(code),
  })
  recoverFromErrors({ intent, log, restart: options.startAnew, end: ending.now })

  function show() {
    if (!window || window.isDestroyed()) return
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }
  function setKeepRunning(keepRunning: boolean) {
    settings.set({ keepRunning })
    showState()
  }
  const common = { show, setKeepRunning, quit: ending.request }
  const background = createBackground({ icon: join(pageFolder, 'tray.png'), actions: common, log })
  const actions = createMenuActions({ ...options, ...common, window: () => window })
  function showState() {
    const { keepRunning } = settings.get()
    const others = recent.list().filter((file) => file !== configPath)
    const state = { recent: others, keepRunning, developing: !app.isPackaged }
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(actions, state)))
    background.show(summary, keepRunning)
  }

  showState()
  window = openWindow({
    preload: options.preload,
    icon: join(pageFolder, 'icon.png'),
    place,
    developing: !app.isPackaged,
    log,
    mayClose: ending.mayClose,
    end: ending.now,
  })
  endWithTheSystem(ending)
  app.on('second-instance', show)
  app.on('activate', show)
  if (intent.recovered > 0) void tellRecovered(window, () => void shell.openPath(folders.log))

  const opened = await opening
  if (!opened.ok) {
    log.error(opened.error)
    await tellRefused(window, opened)
    return ending.now(1)
  }
  gateway = opened.site.gateway
  if (configPath) recent.add(configPath)
  followGateway(opened.site, (next) => {
    summary = next
    showState()
  })
}

/** Signals, and other ways in which the system ends a program. */
function endWithTheSystem({ request, now, ending }: ReturnType<typeof createEnding>) {
  // Electron's own handlers, set before, would quit without the gateway's good order.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => now())
  app.on('before-quit', (event) => {
    event.preventDefault()
    if (!ending()) request()
  })
}
