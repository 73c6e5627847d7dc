/** The configuration as the window sees it: without tags, which are many, and without clear passwords. */
import { redact } from '#main/config/secrets'
import type { Config } from '#shared/config'
import type { TagPage } from '#shared/contract/tags'
import { typeName } from '#shared/plc'
import type { ConfigState, ConfigView } from '#shared/site'
import type { Site, SiteNow } from './site.ts'

export function configState(path: string, { state, version, problems, config }: SiteNow): ConfigState {
  return { path, version, site: state, problems, ...(config ? { config: configView(config) } : {}) }
}

/** What runs while a gateway does: the edits of a file that is bad now do not show. */
export function configView(config: Config): ConfigView {
  const { plcs, ...rest } = redact(config)
  return {
    ...rest,
    plcs: plcs.map(({ tags, ...plc }) => ({
      ...plc,
      tagCount: tags.length,
      writableCount: tags.filter(({ writable }) => writable).length,
    })),
  }
}

/** Tells the state of the configuration now and after each change. Returns how to stop. */
export function configSource(site: Site, emit: (state: ConfigState) => void): () => void {
  emit(configState(site.configPath, site.now.getState()))
  return site.now.subscribe((now) => emit(configState(site.configPath, now)))
}

/** Configured tags of one PLC; empty where there is no such PLC any more. */
export function tagPage(site: Site, plc: string, offset: number, limit: number): TagPage {
  const { version, config, gateway } = site.now.getState()
  const tags = config?.plcs.find(({ name }) => name === plc)?.tags ?? []
  const rows = tags.slice(offset, offset + limit).map((tag) => {
    const row = gateway?.tags.find(plc, tag.name)
    const type = row && gateway?.tags.typeOf(row.index)
    return type ? { ...tag, type: typeName(type) } : tag
  })
  return { plc, version, total: tags.length, rows }
}
