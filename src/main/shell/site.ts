/** The gateway behind the window, on a configuration file or on the demo site. */
import { type DemoConfig, startDemoConfig } from '#main/commands/demo-config'
import { startHeadless } from '#main/commands/headless'
import type { LockRecord } from '#main/gateway/lock-record'
import type { Host } from '#main/host'
import type { Logger } from '#main/log/logger'
import type { Wire } from '#shared/rpc'
import type { FollowedGateway } from './follow.ts'

export interface ShellSite {
  /** The gateway that runs; undefined where none does. */
  gateway(): FollowedGateway | undefined
  /** Hears of every other gateway, and of none. Returns how to stop. */
  onChange(listener: () => void): () => void
  serve(wire: Wire): void
  stop(): Promise<void>
}

export interface SiteOptions {
  /** '' for the demo site. */
  readonly configPath: string
  readonly version: string
  /** File of the built thread that edits long configurations. */
  readonly textWorker: string
  readonly logger: Logger
  hostFor(basis: Pick<Host, 'version' | 'secrets'>): Host
  onLost(why: string): void
}

export type OpenedSite =
  | { readonly ok: true; readonly site: ShellSite }
  | { readonly ok: false; readonly error: string; readonly running?: LockRecord }

export async function openSite(options: SiteOptions): Promise<OpenedSite> {
  const demo: DemoConfig | undefined =
    options.configPath === '' ? await startDemoConfig(options.logger.for('demo')) : undefined
  if (demo && !demo.ok) return demo
  const started = await startHeadless({
    ...options,
    configPath: demo?.configPath ?? options.configPath,
    ...(demo ? { embedded: demo.embedded } : {}),
  })
  if (!started.ok) {
    await demo?.close()
    return started
  }
  const { site } = started
  return {
    ok: true,
    site: {
      gateway: site.gateway,
      onChange: site.now.subscribe,
      serve: started.serve,
      stop: async () => {
        await started.stop()
        await demo?.close()
      },
    },
  }
}
