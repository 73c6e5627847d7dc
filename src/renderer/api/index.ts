/**
 * The window's way to the gateway. `api` is the typed client over the contract; it picks the wire by the host: what the
 * preload gives in the desktop, a WebSocket to the page's own origin in a browser.
 */
import type { GatewayContract } from '#shared/contract/index'
import type { ShellBridge } from '#shared/rpc/shell'
import { createApi } from './api.ts'
import { shellWire } from './shell-wire.ts'
import { socketWire } from './socket-wire.ts'

export type { Api } from './api.ts'
export type { Connection } from './connection.ts'
export type { LastingListener } from './lasting.ts'

declare global {
  interface Window {
    /** There in the desktop alone. */
    readonly warlink?: ShellBridge
  }
}

/** Whether this window is the desktop application's; else it is a page in a browser. */
export const inDesktop = window.warlink !== undefined

export const api = createApi<GatewayContract>(window.warlink ? shellWire(window.warlink) : socketWire(location))

/** How the connection is doing: `useStore(connection)`. */
export const connection = api.connection

// The computer was asleep or without network: no need to wait for the next try.
window.addEventListener('online', api.retry)
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') api.retry()
})
