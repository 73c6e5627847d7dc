/**
 * `npm run package:dir`: packs the built application for Linux and Windows with a distribution that takes Electron's
 * place, and looks at what came out. Real installers are made by CI, on Windows and on Linux.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { NtExecutable, NtExecutableResource, Resource } from 'resedit'
import { openAsar } from './asar.ts'
import { type FuseName, fuseNames, readFuses } from './fuses.ts'
import { electronVersion, makeStandInDist } from './stand-in-dist.ts'

const root = resolve(import.meta.dirname, '../..')
/** What must hold, whatever the configuration says. */
const wantedFuses: Readonly<Record<FuseName, boolean>> = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
}
const product = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
const problems: string[] = []

for (const platform of ['linux', 'win'] as const) {
  const output = join(root, `out/package/${platform}`)
  const dist = join(root, `out/package/dist-${platform}`)
  makeStandInDist(dist, platform)
  pack(platform, dist, output)
  check(platform, join(output, `${platform}-unpacked`))
}
if (problems.length > 0) {
  for (const problem of problems) console.error(problem)
  process.exitCode = 1
} else
  console.log('packaging: contents, entry, fuses, icons and command line are as they should be, for Linux and Windows')

function pack(platform: 'linux' | 'win', dist: string, output: string) {
  const builder = join(dirname(createRequire(import.meta.url).resolve('electron-builder/package.json')), 'cli.js')
  const set = { electronDist: dist, electronVersion, 'directories.output': output }
  const options = Object.entries(set).map(([key, value]) => `-c.${key}=${value}`)
  const args = [builder, `--${platform}`, 'dir', '--x64', '--publish', 'never', ...options]
  try {
    execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) console.error(String(error.stdout))
    throw new Error(`packaging for ${platform} failed, see above`, { cause: error })
  }
}

function check(platform: 'linux' | 'win', folder: string) {
  const expectThat = (holds: boolean, what: string) => {
    if (!holds) problems.push(`${platform}: ${what}`)
  }
  const has = (name: string) => expectThat(existsSync(join(folder, name)), `${name} is missing`)
  const program = platform === 'win' ? 'WarLink.exe' : 'warlink-desktop'
  for (const name of [program, 'examples/factory-a.yaml', 'LICENSE.warlink.txt']) has(name)

  const asar = openAsar(join(folder, 'resources/app.asar'))
  const { main } = JSON.parse(String(asar.read('package.json'))) as { readonly main: string }
  const needed = [
    main,
    'out/main/cli.js',
    'out/main/text-worker.cjs',
    'out/preload/index.cjs',
    'out/renderer/index.html',
    'out/renderer/icon.png',
    'out/renderer/tray.png',
  ]
  for (const file of needed) expectThat(asar.files.includes(file), `${file} is not in the archive`)
  for (const file of asar.files) {
    expectThat(
      /^(out\/(main|preload|renderer)\/|package\.json$)/.test(file),
      `${file} does not belong into the archive`,
    )
    expectThat(!/node_modules|\.map$|\.ts$/.test(file), `${file} does not belong into the archive`)
  }
  expectThat(
    !/from ["'](?!node:|electron["'/]|\.)[^"']+["']/.test(importsOf(asar.read(main))),
    `${main} imports a package that is not shipped`,
  )
  expectThat(
    !/require\("(?!electron)/.test(String(asar.read('out/preload/index.cjs'))),
    'the preload requires more than electron',
  )
  expectThat(
    !/\brequire\("(?!node:|buffer"|process")/.test(String(asar.read('out/main/text-worker.cjs'))),
    'the thread for configurations requires a file or a package: it is started from its code alone',
  )
  expectThat(readdirSync(join(folder, 'locales')).join() === 'en-US.pak', 'there are languages that nobody reads')

  const executable = readFileSync(join(folder, program))
  const fuses = readFuses(executable)
  for (const name of fuseNames)
    expectThat(fuses?.[name] === wantedFuses[name], `the fuse ${name} is not ${wantedFuses[name]}`)
  if (platform === 'win') checkWindows(folder, executable, expectThat)
}

/** The import lines alone: texts in the code may look like them. */
function importsOf(code: Buffer): string {
  return String(code)
    .split('\n')
    .filter((line) => /^(import|export) .*from /.test(line))
    .join('\n')
}

function checkWindows(folder: string, executable: Buffer, expectThat: (holds: boolean, what: string) => void) {
  const { entries } = NtExecutableResource.from(NtExecutable.from(executable, { ignoreCert: true }))
  const [version] = Resource.VersionInfo.fromEntries(entries)
  const [strings] = version?.getAllLanguagesForStringValues() ?? []
  const { ProductName, FileVersion } = (strings && version?.getStringValues(strings)) ?? {}
  expectThat(ProductName === 'WarLink Desktop', `ProductName is ${ProductName}`)
  expectThat(FileVersion === product.version, `FileVersion is ${FileVersion}`)
  expectThat(Resource.IconGroupEntry.fromEntries(entries).length > 0, 'the program has no icon')
  expectThat(
    entries.some(({ id }) => id === 'ELECTRONASAR'),
    'the checksum of the archive is not in the program',
  )
  const command = readFileSync(join(folder, 'warlink.cmd'), 'utf8')
  expectThat(command === '@"%~dp0WarLink.exe" %*\r\n@exit /b %errorlevel%\r\n', 'warlink.cmd is not what it should be')
}
