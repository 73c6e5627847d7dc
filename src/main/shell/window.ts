/** The one window on a configuration: made, kept in its place, and made well again when its page crashes. */
import { BrowserWindow, screen } from 'electron'
import type { Log } from '#main/log'
import { product } from '#shared/product'
import { createCrashCount } from './crashes.ts'
import { type Kept, placeOn, type WindowPlace } from './kept.ts'
import { pageUrl } from './page.ts'
import { ask } from './questions.ts'

export interface WindowOptions {
  readonly preload: string
  readonly place: Kept<WindowPlace>
  /** File of its icon. */
  readonly icon: string
  readonly developing: boolean
  readonly log: Log
  /** The user wants to close it. True where it may. */
  mayClose(): boolean
  /** Ends the application: the computer is shut down, or the page crashes again and again. */
  end(code: number): void
}

/** Smallest size in which every screen still works, in px. */
const smallest = { minWidth: 960, minHeight: 600 } as const

/** Opens the window. It is shown when there is something in it. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const { preload, place, icon, developing, log } = options
  const { maximized, ...bounds } = placeOn(
    place.get(),
    screen.getAllDisplays().map(({ workArea }) => workArea),
  )
  const window = new BrowserWindow({
    ...bounds,
    ...smallest,
    icon,
    title: product.name,
    show: false,
    autoHideMenuBar: false,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      devTools: developing,
      spellcheck: false,
      disableBlinkFeatures: 'Auxclick',
    },
  })
  if (maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  keepPlace(window, place)
  window.on('close', (event) => {
    if (!options.mayClose()) event.preventDefault()
  })
  // Windows ends the session; it waits for some seconds.
  window.on('session-end', () => options.end(0))
  recover(window, options)
  window.loadURL(pageUrl).catch((error: unknown) => {
    if (!window.isDestroyed()) log.error('window: its page can not be loaded', error)
  })
  return window
}

/** Not at every pixel of a drag. */
const settledMs = 500

function keepPlace(window: BrowserWindow, place: Kept<WindowPlace>) {
  let timer: NodeJS.Timeout | undefined
  function keep() {
    clearTimeout(timer)
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return
    place.set({ ...window.getNormalBounds(), maximized: window.isMaximized() })
  }
  function later() {
    clearTimeout(timer)
    timer = setTimeout(keep, settledMs)
  }
  window.on('resize', later)
  window.on('move', later)
  window.on('maximize', later)
  window.on('unmaximize', later)
  window.on('hide', keep)
  window.on('close', keep)
}

/** More crashes than these within a minute are told, instead of a page that comes and goes. */
const mostCrashes = 3
const withinMs = 60_000

function recover(window: BrowserWindow, { log, end }: WindowOptions) {
  const crashes = createCrashCount(mostCrashes, withinMs)
  const contents = window.webContents
  contents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    log.error(`window: its page has crashed (${reason}, code ${exitCode}); the gateway goes on`)
    if (crashes.worthATry()) contents.reload()
    else
      void ask(window, {
        type: 'error',
        message: 'The window crashes again and again. The gateway itself goes on running.',
        buttons: ['Try Again', 'Quit'],
        cancelId: 0,
      }).then((answer) => (answer === 0 ? contents.reload() : end(1)))
  })
  let asking = false
  contents.on('unresponsive', () => {
    log.warn('window: its page does not answer')
    if (asking) return
    asking = true
    void ask(window, {
      type: 'warning',
      message: 'The window does not answer. The gateway itself goes on running.',
      buttons: ['Wait', 'Load Anew'],
      cancelId: 0,
    })
      .then((answer) => answer === 1 && contents.forcefullyCrashRenderer())
      .finally(() => {
        asking = false
      })
  })
  contents.on('preload-error', (_event, path, error) => log.error(`window: ${path} failed`, error))
}
