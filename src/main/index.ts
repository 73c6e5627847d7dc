/** Start of the desktop application: a command of the command line without a window, or a window on a configuration. */
import { mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { app, protocol } from 'electron'
import { product } from '#shared/product'
import { version } from '../../package.json' with { type: 'json' }
import { commandNames, runCommand } from './commands/program.ts'
import { defaultConfigPath } from './config/paths.ts'
import { openDesktop } from './shell/desktop.ts'
import { startAnother } from './shell/desktop-host.ts'
import { foldersFor } from './shell/folders.ts'
import { argsOf, intentOf, type WindowIntent } from './shell/intent.ts'
import { declareScheme } from './shell/page.ts'

const pageFolder = join(import.meta.dirname, '../renderer')
const textWorker = join(import.meta.dirname, 'text-worker.cjs')

// Run from source, the program is Electron and its first argument that is no switch is this application.
const own = app.isPackaged ? [] : [app.getAppPath()]
const given = process.argv.slice(1)
const intent = intentOf(
  app.isPackaged ? given : given.slice(given.findIndex((arg) => !arg.startsWith('-')) + 1),
  commandNames(),
)

if (intent.kind === 'command') app.exit(await runCommand(intent.args, { version, window: pageFolder, textWorker }))
else openWindowOn(intent)

/** Everything up to `whenReady` must happen before Electron is ready, so nothing is awaited. */
function openWindowOn(wanted: WindowIntent) {
  const configPath = wanted.kind === 'demo' ? '' : realPath(resolve(wanted.config ?? defaultConfigPath()))
  const chosen = app.commandLine.getSwitchValue('user-data-dir')
  const folders = foldersFor(chosen || join(app.getPath('appData'), product.folder), configPath)
  mkdirSync(folders.own, { recursive: true, mode: 0o700 })
  app.setPath('userData', folders.own)
  app.setAppUserModelId(product.appId)
  app.enableSandbox()
  declareScheme(protocol)
  if (!app.requestSingleInstanceLock()) return app.exit(0)
  const before = [...own, ...(chosen ? [`--user-data-dir=${chosen}`] : [])]
  void app.whenReady().then(() =>
    openDesktop({
      intent: wanted,
      configPath,
      folders,
      version,
      textWorker,
      pageFolder,
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      startAnother: (args) => startAnother([...before, ...args]),
      startAnew: (next) => app.relaunch({ args: [...before, ...argsOf(next)] }),
    }),
  )
}

/** As `realConfigPath`, at once: links resolved, also where the file is not there yet. */
function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    try {
      return join(realpathSync(dirname(file)), basename(file))
    } catch {
      return file
    }
  }
}
