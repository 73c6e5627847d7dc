import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { companionPath } from '#main/config/paths'
import { readPreferences, savePreferences } from '#main/config/preferences'
import type { Site } from '#main/gateway/site'
import type { Host } from '#main/host'
import type { AppInfo, RecentConfig } from '#shared/contract/app'
import type { SomeRequests } from './some.ts'

export function appRequests(site: Site, host: Host): SomeRequests<'app.'> {
  const { configPath } = site
  const places = {
    config: configPath,
    log: host.logPath,
    journal: companionPath(configPath, 'journal'),
    folder: path.dirname(configPath),
  }
  return {
    'app.info': () => appInfo(site, host),
    'app.pickFile': ({ kinds, path: from, title }) => host.pickFile(question(title, from, kinds)),
    'app.saveFile': ({ kinds, path: from, title }) => host.saveFile(question(title, from, kinds)),
    'app.openPath': async ({ what }) => ({
      error:
        places[what] === ''
          ? 'No log is written to a file here. Start it with --log FILE.'
          : await host.openPath(places[what]),
    }),
    'app.recent': async () => Promise.all((await host.recent()).slice(0, mostRecent).map(recentConfig)),
    'app.openConfig': async ({ path: file }) => ({ error: await host.openConfig(path.resolve(file)) }),
    'app.openDemo': async () => ({ error: await host.openDemo() }),
    'app.preferences': async () => ({ text: await readPreferences(configPath) }),
    'app.savePreferences': async ({ text }) => ({ error: await savePreferences(configPath, text) }),
  }
}

const mostRecent = 20

type Kinds = readonly (readonly [string, readonly string[]])[]

function question(title: string, from?: string, kinds?: Kinds) {
  return { title, ...(from === undefined ? {} : { path: from }), ...(kinds ? { kinds } : {}) }
}

function appInfo({ configPath }: Site, host: Host): AppInfo {
  const platforms: Readonly<Record<string, AppInfo['platform']>> = { linux: 'linux', win32: 'windows', darwin: 'mac' }
  return {
    version: host.version,
    kind: host.kind,
    platform: platforms[process.platform] ?? 'other',
    configPath,
    logPath: host.logPath,
    journalPath: companionPath(configPath, 'journal'),
    can: host.can,
    secretStore: host.secrets.title,
  }
}

/** The namespace for people to choose by; the file is not checked. */
async function recentConfig(file: string): Promise<RecentConfig> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const namespace = /^namespace:[ \t]*["']?([A-Za-z0-9._-]{1,64})/m.exec(text)?.[1] ?? ''
  return { path: file, namespace }
}
