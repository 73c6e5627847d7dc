/** A gateway without a desktop: lock, identity, site and its wire, for `run`, `serve` and `demo`. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { createApi } from '#main/api/index'
import { companionPath, userCompanionPath } from '#main/config/paths'
import { openSecretFile } from '#main/config/secret-file'
import { openTextThread } from '#main/config/text-thread'
import type { GatewayOptions } from '#main/gateway/gateway'
import { takeLock } from '#main/gateway/lock'
import type { LockRecord } from '#main/gateway/lock-record'
import { openRealSite } from '#main/gateway/real-site'
import type { Site } from '#main/gateway/site'
import { type Host, nodeHost } from '#main/host'
import { newBoot, openIdentity } from '#main/isolation/identity'
import { openHeldNote } from '#main/isolation/note'
import { asError } from '#main/link'
import type { Logger } from '#main/log/logger'
import { openWireServer, type WireServer } from '#main/wires/websocket'
import { contract } from '#shared/contract/index'
import { serve, type Wire } from '#shared/rpc'

export interface HeadlessOptions {
  /** Absolute, links followed. The file may be broken or missing: the window says so. */
  readonly configPath: string
  /** Runs it under this namespace instead of the file's. */
  readonly namespace?: string | undefined
  readonly version: string
  /** File of the built thread that edits long configurations; absent: this one does. */
  readonly textWorker?: string
  readonly logger: Logger
  /** Where the logger writes; absent: to standard error alone. */
  readonly logPath?: string | undefined
  readonly onWrite?: GatewayOptions['onWrite']
  readonly onValue?: GatewayOptions['onValue']
  /** Shows the window in a browser too: folder of the built window, and the port (0: a free one). */
  readonly window?: { readonly folder: string; readonly port: number }
  /** Absent: a gateway that nobody sits in front of. */
  hostFor?(basis: Pick<Host, 'version' | 'secrets'>): Host
  /** `host:port` of brokers inside this process. */
  readonly embedded?: readonly string[]
  /** The lock was taken away by somebody else: this gateway has to end. */
  onLost(why: string): void
}

export type Headless =
  | {
      readonly ok: true
      readonly site: Site
      windowUrl: WireServer['windowUrl']
      ownWindowUrl: WireServer['ownWindowUrl']
      serve(wire: Wire): void
      stop(): Promise<void>
    }
  /** Nothing was started; `error` says why and what to do. `running`: the gateway that has the configuration. */
  | { readonly ok: false; readonly error: string; readonly running?: LockRecord }

/** Starts it all, or nothing. Rejects only on a bug. */
export async function startHeadless(options: HeadlessOptions): Promise<Headless> {
  const { configPath, logger, version } = options
  const log = logger.for('gateway')
  const boot = newBoot()
  const store = openSecretFile(companionPath(configPath, 'secrets'), (text) => log.warn(text))
  const host = (options.hostFor ?? nodeHost)({ version, secrets: store, logPath: options.logPath })
  let ready: (site: Site) => void = () => {}
  const opened = new Promise<Site>((resolve) => {
    ready = resolve
  })
  const api = opened.then((site) => createApi(site, host, logger))
  const serveWire = (wire: Wire) => void api.then(({ handlers }) => serve(wire, handlers, contract))
  // The wire is open before the lock names it; who calls meanwhile waits for the gateway.
  const server = await openWireServer({
    boot,
    ...(options.window ? { window: options.window.folder, port: options.window.port } : {}),
    onWire: serveWire,
  }).catch(asError)
  if (server instanceof Error) return { ok: false, error: server.message }
  // Where there is no file yet there may be no folder; what can't be made is told by the lock.
  await mkdir(path.dirname(configPath), { recursive: true, mode: 0o700 }).catch(() => {})
  const own = { boot, url: server.url, token: server.token }
  const locked = await takeLock({ config: configPath, own, onLost: options.onLost })
  if (!locked.ok) {
    await server.close()
    return locked
  }
  const places = [companionPath(configPath, 'instance'), userCompanionPath(configPath, 'instance')]
  const warn = (text: string) => log.warn(text)
  const identity = await openIdentity({ places, warn }, boot)
  const note = await openHeldNote(identity.instance, places, warn)
  const site = await openRealSite({
    configPath,
    namespace: options.namespace,
    identity,
    secrets: host.secrets,
    claim: { version, note, embedded: options.embedded ?? [] },
    logger,
    work: options.textWorker === undefined ? undefined : openTextThread({ file: options.textWorker, log }),
    onWrite: options.onWrite,
    onValue: options.onValue,
  })
  ready(site)
  return {
    ok: true,
    site,
    windowUrl: server.windowUrl,
    ownWindowUrl: server.ownWindowUrl,
    serve: serveWire,
    stop: async () => {
      const { close } = await api
      await Promise.all([site.stop(), server.close(), close()])
      await note.close()
      await locked.lock.release()
    },
  }
}
