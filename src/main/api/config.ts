import { readConfigFile } from '#main/config/file'
import { exportConfig, importConfig } from '#main/config/transfer'
import { configSource } from '#main/gateway/config-state'
import type { Site } from '#main/gateway/site'
import type { Host } from '#main/host'
import type { SomeEvents, SomeRequests } from './some.ts'

export function configRequests(site: Site, host: Host): SomeRequests<'config.'> {
  return {
    'config.change': ({ edits, version, overwrite = false }) => site.change(edits, { version, overwrite }),
    'config.preview': ({ edits }) => site.preview(edits),
    'config.create': (from) => site.create(from),
    'config.replace': ({ text, version, overwrite = false }) => site.replace(text, { version, overwrite }),
    'config.import': ({ text }) => importConfig(text, site.work),
    'config.reload': () => site.reload(),
    'config.export': async ({ path }) =>
      exportConfig(path, await readConfigFile(site.configPath, site.work), host.secrets),
  }
}

export function configEvents(site: Site): SomeEvents<'config'> {
  return { config: (_input, emit) => configSource(site, emit) }
}
