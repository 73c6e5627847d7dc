/** Where the configuration and its companions are. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import envPaths from 'env-paths'
import { product } from '#shared/product'

/** The file used without `--config`: in the configuration folder of the user, by the rules of the OS. */
export function defaultConfigPath(): string {
  return path.join(envPaths(product.folder, { suffix: '' }).config, 'config.yaml')
}

/** File beside the configuration: `‹config›.secrets`, `‹config›.lock`, … */
export function companionPath(configPath: string, kind: CompanionKind): string {
  return `${configPath}.${kind}`
}

type CompanionKind = 'secrets' | 'lock' | 'instance' | 'published' | 'journal' | 'preferences' | 'report' | 'sites'

/**
 * Where a companion is kept when nothing can be written beside the configuration: in the user's folder, under a name
 * made from the configuration's whole path. `configPath` must be absolute, links resolved.
 */
export function userCompanionPath(configPath: string, kind: CompanionKind): string {
  const mark = createHash('sha256').update(configPath).digest('hex').slice(0, 12)
  const name = `${path.basename(configPath)}-${mark}.${kind}`
  return path.join(envPaths(product.folder, { suffix: '' }).data, name)
}
