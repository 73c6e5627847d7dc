/** The product's names, in one place. `version` is filled in from package.json by who prints it. */
export const product = {
  /** Name shown to people. */
  name: 'WarLink Desktop',
  /** Command on the command line. */
  cli: 'warlink',
  /** Folder below the user's configuration folder of the OS. Not the incumbent's folder: that file belongs to it. */
  folder: 'warlink-desktop',
  /** Name of the desktop application for the OS. */
  appId: 'org.warlink.desktop',
  /** First word of every client id that leaves the process. */
  clientPrefix: 'warlink',
} as const
