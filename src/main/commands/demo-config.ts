import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '#main/config/parse'
import { type DemoSite, startDemoSite } from '#main/demo/site'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import type { Config } from '#shared/config'
import { problemLine } from './load.ts'

export type DemoConfig =
  | {
      readonly ok: true
      readonly site: DemoSite
      readonly configPath: string
      readonly config: Config
      /** Address of its broker: nobody else is on it. */
      readonly embedded: readonly string[]
      close(): Promise<void>
    }
  | { readonly ok: false; readonly error: string }

/** Starts the demo site and writes its configuration to a folder that goes with it. */
export async function startDemoConfig(log: Log): Promise<DemoConfig> {
  const site = await startDemoSite(log).catch(asError)
  if (site instanceof Error) return { ok: false, error: site.message }
  const folder = await mkdtemp(join(tmpdir(), 'warlink-demo-'))
  const close = async () => {
    await site.close()
    await rm(folder, { recursive: true, force: true })
  }
  const configPath = join(folder, 'demo.yaml')
  await writeFile(configPath, site.configText)
  const parsed = parseConfig(site.configText, configPath)
  const embedded = [`127.0.0.1:${site.brokerPort}`]
  if (parsed.ok) return { ok: true, site, configPath, config: parsed.config, embedded, close }
  await close()
  return { ok: false, error: parsed.problems.map((problem) => problemLine(configPath, problem)).join('\n') }
}
