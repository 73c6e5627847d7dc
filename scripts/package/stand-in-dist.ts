/** Distributions that electron-builder takes for Electron's, to check the packaging where the real ones can't be had. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NtExecutable, NtExecutableResource, Resource } from 'resedit'
import { fuseWire } from './fuses.ts'

export const electronVersion = '45.4.1'

/** English (USA), UTF-16: what Windows looks for. */
const language = { lang: 1033, codepage: 1200 }

/** Makes the folder anew. */
export function makeStandInDist(folder: string, platform: 'linux' | 'win') {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'locales'), { recursive: true })
  mkdirSync(join(folder, 'resources'))
  const file = (name: string, content: string | Uint8Array, mode = 0o644) =>
    writeFileSync(join(folder, name), content, { mode })
  file('version', electronVersion)
  file('LICENSE', 'of Electron')
  file('LICENSES.chromium.html', 'of Chromium')
  for (const language of ['en-US', 'de', 'fr']) file(`locales/${language}.pak`, language)
  if (platform === 'linux') {
    file('electron', Buffer.concat([Buffer.from('not Electron\n'), fuseWire('101010011')]), 0o755)
    file('chrome-sandbox', '', 0o755)
  } else file('electron.exe', Buffer.concat([windowsProgram(), fuseWire('101010011')]))
}

/** A program of Windows with nothing in it but what electron-builder changes: strings and icon. */
function windowsProgram(): Buffer {
  const program = NtExecutable.createEmpty(false, false)
  const resources = NtExecutableResource.from(program)
  const version = Resource.VersionInfo.createEmpty()
  version.setFileVersion(45, 4, 1, 0, language.lang)
  version.setStringValues(language, { ProductName: 'Electron', FileDescription: 'Electron' })
  version.outputToResourceEntries(resources.entries)
  resources.outputResource(program)
  return Buffer.from(program.generate())
}
