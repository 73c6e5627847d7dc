/** A site with real brokers and controllers, for the desktop and the command line alike. */
import { companionPath } from '#main/config/paths'
import type { TextWork } from '#main/config/text-jobs'
import type { KeyStore } from '#main/host'
import type { Log } from '#main/log'
import { createDriver } from '#main/plcs/index'
import { buildBridges } from './bridges.ts'
import type { ClaimSources } from './claim-part.ts'
import { type GatewayOptions, startGateway } from './gateway.ts'
import { openSibling } from './open-sibling.ts'
import { openSite, type Site } from './site.ts'

export interface RealSiteOptions {
  /** Absolute, links followed. The file need not exist. The caller has its lock. */
  readonly configPath: string
  /** Runs it under this namespace instead of the file's. */
  readonly namespace?: string | undefined
  readonly identity: { readonly instance: string; readonly boot: string }
  readonly secrets: KeyStore
  readonly claim: ClaimSources
  readonly logger: { for(area: string): Log; hide(secret: string): void }
  /** Of long configuration texts; absent: here. The site ends it. */
  readonly work?: TextWork | undefined
  readonly onWrite?: GatewayOptions['onWrite'] | undefined
  readonly onValue?: GatewayOptions['onValue'] | undefined
}

/** Opens the file and runs its gateway where the file is good. Rejects only on a bug. */
export async function openRealSite(options: RealSiteOptions): Promise<Site> {
  const { configPath, identity, secrets, logger, namespace, onValue } = options
  const log = (area: string) => logger.for(area)
  const onSecret = (secret: string) => logger.hide(secret)
  const site = await openSite({
    configPath,
    identity,
    secrets,
    ...(namespace === undefined ? {} : { namespace }),
    ...(options.work ? { work: options.work } : {}),
    buildEntries: (config) =>
      buildBridges(config, { identity, secrets: { env: process.env, store: secrets }, onSecret, log }),
    start: (config, entries, hooks) =>
      startGateway({
        config,
        identity,
        entries,
        driverFor: (plc) => createDriver(plc, { log: log('logix') }),
        journalPath: companionPath(configPath, 'journal'),
        publishedPath: companionPath(configPath, 'published'),
        claim: options.claim,
        isolation: {
          version: options.claim.version,
          configPath,
          reportPath: companionPath(configPath, 'report'),
          sitesPath: companionPath(configPath, 'sites'),
          openSibling: (path) => openSibling(path, { identity, secrets: { env: process.env, store: secrets }, log }),
        },
        log,
        ...hooks,
        ...(onValue ? { onValue } : {}),
      }),
    onSecret,
    log: log('gateway'),
  })
  if (options.onWrite) site.onWrite(options.onWrite)
  return site
}
