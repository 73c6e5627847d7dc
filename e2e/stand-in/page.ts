/**
 * Runs in the page before its own scripts, as text: the sandboxed preload's `require`, contextBridge and ipcRenderer.
 * `ask` reaches the main process.
 */
type Ask = (operation: string, name: string, args?: unknown[]) => Promise<unknown>
type Listener = (...args: unknown[]) => void

export function preloadHost(preload: (...globals: unknown[]) => void) {
  if (window !== window.top) return
  const ask = Reflect.get(window, '__standInAsk') as Ask
  const listeners = new Map<string, Set<Listener>>()

  /** What crosses the bridge is copied; functions are called on the other side. */
  function cross(value: unknown): unknown {
    if (typeof value === 'function')
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(value, undefined, args.map(cross))
        return result instanceof Promise ? result.then(cross) : cross(result)
      }
    if (Array.isArray(value)) return value.map(cross)
    if (typeof value !== 'object' || value === null) return value
    if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cross(one)]))
  }
  Object.defineProperty(window, '__standIn', {
    value: (channel: string, args: unknown[]) => {
      for (const listener of [...(listeners.get(channel) ?? [])]) listener({ sender: ipcRenderer }, ...args)
    },
  })
  function on(channel: string, listener: Listener) {
    listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
    return ipcRenderer
  }
  function off(channel: string, listener: Listener) {
    listeners.get(channel)?.delete(listener)
    return ipcRenderer
  }
  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) => ask('invoke', channel, structuredClone(args)),
    send: (channel: string, ...args: unknown[]) => void ask('message', channel, structuredClone(args)),
    on,
    addListener: on,
    off,
    removeListener: off,
  }
  const contextBridge = {
    exposeInMainWorld: (key: string, api: unknown) => {
      if (key in window)
        throw new Error(`Cannot bind an API on top of an existing property on the window object: ${key}`)
      const value = cross(api)
      Object.defineProperty(window, key, {
        value: typeof value === 'object' ? Object.freeze(value) : value,
        enumerable: true,
      })
    },
  }
  const electron = { contextBridge, ipcRenderer }
  function require(name: string) {
    if (name === 'electron' || name === 'electron/renderer') return electron
    throw new Error(`module not found: ${name} (a sandboxed preload has only electron, events, timers, url)`)
  }
  const isolated = new Proxy(window, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key)
      // Functions of the browser want their window; classes do not.
      return typeof value === 'function' && !Object.hasOwn(value, 'prototype') ? value.bind(target) : value
    },
    set: (_target, key) => {
      throw new Error(
        `the preload set window.${String(key)}: with contextIsolation the page does not see it; use contextBridge`,
      )
    },
  })
  const module = { exports: {} }
  const process = { type: 'renderer', sandboxed: true, contextIsolated: true, platform: 'linux', versions: {}, env: {} }
  try {
    preload(require, module, module.exports, process, isolated, isolated, isolated)
  } catch (error) {
    void ask('failed', String(error))
  }
  window.open = (url) => {
    void ask('open', String(new URL(url ?? '', location.href)))
    return null
  }
  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[target=_blank]') : null
    if (!(link instanceof HTMLAnchorElement)) return
    event.preventDefault()
    void ask('open', link.href)
  })
}
