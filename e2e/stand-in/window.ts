import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Frame, Page, Route } from 'playwright'
import { app, isQuitting, needReady, windowsOfApp } from './app.ts'
import { pages, toApp, toWeb } from './browser.ts'
import { emitter, loud, preventable } from './common.ts'
import { invokeHandlers, ipcMain } from './ipc.ts'
import { preloadHost } from './page.ts'
import { schemeHandlers } from './protocol.ts'

const windows = new Map<number, BrowserWindow>()
let lastId = 0

windowsOfApp.forget = () => windows.clear()
windowsOfApp.close = () => {
  for (const window of [...windows.values()]) window.close()
  return windows.size === 0
}

/** What a window must be made with; anything else is an error here, where in Electron it is a hole. */
const safe = { sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true } as const

type OpenHandler = (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse

/** Size of a window whose page has not asked for one. */
const firstSize = { width: 800, height: 600 }

export class BrowserWindow extends EventEmitter {
  static getAllWindows = () => [...windows.values()]
  static getFocusedWindow = () => [...windows.values()].at(-1) ?? null
  static fromWebContents = (contents: { id: number } | null) => (contents && windows.get(contents.id)) ?? null
  readonly id = ++lastId
  readonly webContents = createContents(this)
  readonly #preload: string | undefined
  #bounds: Electron.Rectangle
  #visible: boolean
  #maximized = false
  #minimized = false

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    needReady('BrowserWindow')
    super()
    const { webPreferences = {}, show = true, x = 0, y = 0, width, height } = options
    for (const [name, wanted] of Object.entries(safe))
      if (Reflect.get(webPreferences, name) !== wanted) throw new Error(`webPreferences.${name} must be ${wanted}`)
    this.#visible = show
    this.#bounds = { x, y, width: width ?? firstSize.width, height: height ?? firstSize.height }
    this.#preload = webPreferences.preload
    windows.set(this.id, this)
    this.webContents.begin(this.#preload, this.#bounds)
    app.emit('web-contents-created', preventable({}), this.webContents)
    app.emit('browser-window-created', preventable({}), this)
  }
  async loadURL(url: string) {
    await this.webContents.load(url)
    this.emit('ready-to-show')
  }
  show() {
    this.#visible = true
    this.#minimized = false
    this.emit('show')
  }
  hide() {
    this.#visible = false
    this.emit('hide')
  }
  isVisible() {
    return this.#visible
  }
  focus() {
    this.emit('focus')
  }
  minimize() {
    this.#minimized = true
    this.emit('minimize')
  }
  isMinimized() {
    return this.#minimized
  }
  restore() {
    this.#minimized = false
    this.emit('restore')
  }
  maximize() {
    this.#maximized = true
    this.emit('maximize')
  }
  unmaximize() {
    this.#maximized = false
    this.emit('unmaximize')
  }
  isMaximized() {
    return this.#maximized
  }
  isFullScreen() {
    return false
  }
  getBounds() {
    return this.#bounds
  }
  getNormalBounds() {
    return this.#bounds
  }
  setBounds(bounds: Partial<Electron.Rectangle>) {
    this.#bounds = { ...this.#bounds, ...bounds }
    this.webContents.resize(this.#bounds)
    this.emit('resize')
  }
  isDestroyed() {
    return !windows.has(this.id)
  }
  close() {
    const event = preventable({})
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy() {
    if (!windows.delete(this.id)) return
    this.webContents.end()
    this.emit('closed')
    if (windows.size > 0 || isQuitting()) return
    if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed')
    else app.quit()
  }
}

true satisfies BrowserWindow extends Pick<
  Electron.BrowserWindow,
  | 'id'
  | 'loadURL'
  | 'show'
  | 'hide'
  | 'isVisible'
  | 'focus'
  | 'minimize'
  | 'isMinimized'
  | 'restore'
  | 'maximize'
  | 'unmaximize'
  | 'isMaximized'
  | 'isFullScreen'
  | 'getBounds'
  | 'getNormalBounds'
  | 'setBounds'
  | 'isDestroyed'
  | 'close'
  | 'destroy'
>
  ? true
  : false

export type Contents = ReturnType<typeof createContents>

function createContents(owner: BrowserWindow) {
  let page: Promise<Page> | undefined
  let target = ''
  let url = ''
  let begun: { preload: string | undefined; size: { width: number; height: number } } | undefined
  let openHandler: OpenHandler = () => ({ action: 'allow' })
  const mainFrame = {
    get url() {
      return url
    },
  }

  async function create(): Promise<Page> {
    const made = await (await pages()).newPage()
    const session = await made.context().newCDPSession(made)
    target = (await session.send('Target.getTargetInfo')).targetInfo.targetId
    if (begun) await made.setViewportSize(begun.size)
    await made.exposeBinding('__standInAsk', ({ frame }, operation: string, name: string, args: unknown[] = []) =>
      answer(made, frame, operation, name, args),
    )
    const preload = begun?.preload
    // The source stands in the script itself: `new Function` would fall under the page's policy.
    if (preload !== undefined)
      await made.addInitScript({
        content: `(${preloadHost})((require, module, exports, process, window, globalThis, self) => {\n${readFileSync(preload, 'utf8')}\n})`,
      })
    await made.route(/^https?:/, (route) => fulfil(made, route))
    made.on('framenavigated', (frame) => {
      if (frame === made.mainFrame() && frame.url() !== 'about:blank') url = toApp(frame.url())
    })
    return made
  }

  async function answer(made: Page, frame: Frame, operation: string, name: string, args: unknown[]) {
    const isMain = frame === made.mainFrame()
    const senderFrame = isMain ? mainFrame : { url: toApp(frame.url()) }
    const event = preventable({ sender: contents, senderFrame })
    switch (operation) {
      case 'message':
        return void ipcMain.emit(name, event, ...args)
      case 'open':
        return openHandler({
          url: name,
          frameName: '',
          features: '',
          disposition: 'foreground-tab',
          referrer: { url: '', policy: 'default' },
        }).action
      case 'failed':
        console.error(`Unable to load preload script: ${begun?.preload}\n${name}`)
        return void contents.emit('preload-error', preventable({}), begun?.preload, new Error(name))
      default: {
        const handler = invokeHandlers.get(name)
        if (!handler) throw new Error(`Error invoking remote method '${name}': No handler registered for '${name}'`)
        return structuredClone(await Reflect.apply(handler, undefined, [event, ...args]))
      }
    }
  }

  async function fulfil(made: Page, route: Route) {
    const request = route.request()
    const wanted = toApp(request.url())
    if (request.isNavigationRequest() && request.frame() === made.mainFrame()) {
      const details = preventable({ url: wanted, isMainFrame: true, isSameDocument: false })
      const isByPage = made.url() !== 'about:blank' && wanted !== loading
      if (isByPage) contents.emit('will-navigate', details, wanted)
      // With this answer the page stays; an abort would show an error page.
      if (details.defaultPrevented) return await route.fulfill({ status: 204 })
      contents.emit('did-start-navigation', details, wanted, false, true)
    }
    if (wanted === request.url()) return await route.continue()
    const handler = schemeHandlers.get(new URL(wanted).protocol.slice(0, -1))
    const response = await handler?.(new Request(wanted, { method: request.method(), headers: request.headers() }))
    if (!response) return await route.abort()
    const { status, headers } = response
    const body = Buffer.from(await response.arrayBuffer())
    return await route.fulfill({ status, headers: Object.fromEntries(headers), body })
  }
  let loading = ''

  const contents = loud(
    'webContents',
    Object.assign(emitter(), {
      id: owner.id,
      mainFrame,
      send: (channel: string, ...args: unknown[]) => {
        const message = structuredClone({ channel, args })
        void page
          ?.then((shown) =>
            shown.evaluate(({ channel, args }) => {
              const hear: unknown = Reflect.get(window, '__standIn')
              if (typeof hear === 'function') hear(channel, args)
            }, message),
          )
          .catch(() => {})
      },
      getURL: () => url,
      isDestroyed: () => owner.isDestroyed(),
      close: () => owner.close(),
      setWindowOpenHandler: (handler: OpenHandler) => {
        openHandler = handler
      },
      executeJavaScript: (code: string) => page?.then((shown) => shown.evaluate(code)),
      /** The page is gone, the window stays; `reload` makes another one. */
      forcefullyCrashRenderer: () => {
        const gone = page
        page = undefined
        void gone?.then((shown) => shown.close()).catch(() => {})
        contents.emit('render-process-gone', preventable({}), { reason: 'crashed', exitCode: 11 })
      },
      reload: () => void contents.load(url),
      // Beyond Electron's: for the stand-in itself.
      begin: (preload: string | undefined, size: { width: number; height: number }) => {
        begun = { preload, size: { width: size.width, height: size.height } }
        page = create()
      },
      load: async (wanted: string) => {
        loading = wanted
        url = wanted
        page ??= create()
        await (await page).goto(toWeb(wanted), { waitUntil: 'load' })
        contents.emit('did-finish-load')
      },
      resize: ({ width, height }: { width: number; height: number }) =>
        void page?.then((shown) => shown.setViewportSize({ width, height })).catch(() => {}),
      end: () => {
        contents.emit('destroyed')
        void page?.then((shown) => shown.close()).catch(() => {})
      },
      isTarget: (id: string) => target === id,
    }),
  )
  return contents
}

export const webContents = loud('webContents', {
  getAllWebContents: () => [...windows.values()].map((window) => window.webContents),
  fromId: (id: number) => windows.get(id)?.webContents,
  fromDevToolsTargetId: (id: string): Contents | undefined =>
    [...windows.values()].find((window) => window.webContents.isTarget(id))?.webContents,
})
