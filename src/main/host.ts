/**
 * What differs between the desktop and plain Node. `index.ts` and `cli.ts` pass it in; nothing below knows which it is.
 */

/** What came of asking a person for a file. */
export type PickedFile =
  | { readonly kind: 'picked'; readonly path: string }
  | { readonly kind: 'cancelled' }
  /** Nobody can be asked here; `why` says what to do instead. */
  | { readonly kind: 'unavailable'; readonly why: string }

export interface FileQuestion {
  readonly title: string
  /** Where to begin, or the name to propose when saving. */
  readonly path?: string
  /** `[['Configuration', ['yaml', 'yml']]]`: kinds of files offered; absent: all. */
  readonly kinds?: readonly (readonly [name: string, extensions: readonly string[]])[]
}

/** A store of secrets by name, as `config/secrets.ts` asks for one. */
export interface KeyStore {
  readonly title: string
  get(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<void>
  delete(name: string): Promise<void>
  names(): Promise<readonly string[]>
}

export interface Host {
  /** Of the product. */
  readonly version: string
  readonly kind: 'desktop' | 'browser'
  /** What the calls below can do here. */
  readonly can: {
    readonly pickFiles: boolean
    readonly openPaths: boolean
    readonly openConfigs: boolean
    readonly openDemo: boolean
  }
  /** Where the log is written; '' where nowhere. */
  readonly logPath: string
  /** The key store of the OS in the desktop, `‹config›.secrets` headless. */
  readonly secrets: KeyStore
  /** Asks for an existing file. */
  pickFile(question: FileQuestion): Promise<PickedFile>
  /** Asks where to save. */
  saveFile(question: FileQuestion): Promise<PickedFile>
  /** Shows a file or folder in the program that the OS has for it. '' where that worked, else why not. */
  openPath(path: string): Promise<string>
  /** Opens another configuration file, in a window of its own. '' where that worked, else why not. */
  openConfig(path: string): Promise<string>
  /** Configuration files opened on this computer, newest first. */
  recent(): Promise<readonly string[]>
  /** Starts the demo site, in a window of its own. '' where that worked, else why not. */
  openDemo(): Promise<string>
}

/** A gateway without a window: nobody sits in front of it. */
export function nodeHost(options: Pick<Host, 'version' | 'secrets'> & { readonly logPath?: string | undefined }): Host {
  const nobody = (what: string) => `${what}: this gateway runs without a desktop. Type the path of the file instead.`
  return {
    version: options.version,
    secrets: options.secrets,
    logPath: options.logPath ?? '',
    kind: 'browser',
    can: { pickFiles: false, openPaths: false, openConfigs: false, openDemo: false },
    pickFile: async ({ title }) => ({ kind: 'unavailable', why: nobody(title) }),
    saveFile: async ({ title }) => ({ kind: 'unavailable', why: nobody(title) }),
    openPath: async (path) => nobody(path),
    openConfig: async (path) =>
      `${path}: this gateway keeps to its own file. Start another one: warlink serve --config FILE.`,
    recent: async () => [],
    openDemo: async () => 'The demo site: start it with npm start, or warlink demo.',
  }
}
