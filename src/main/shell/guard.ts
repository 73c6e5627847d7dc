/** What pages may not do, whatever is in them: go elsewhere, open windows, ask for devices, hold other pages. */
import type { App, Session, Shell, WebContents } from 'electron'
import { isOwnPage } from './page.ts'

export interface GuardOptions {
  readonly app: Pick<App, 'on'>
  readonly session: Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
  >
  readonly shell: Pick<Shell, 'openExternal'>
}

/** Permissions of a page of ours: it writes to the clipboard, because addresses and payloads are there to be copied. */
const granted: readonly string[] = ['clipboard-sanitized-write']

export function guardPages({ app, session, shell }: GuardOptions) {
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(granted.includes(permission) && isOwnPage(contents.getURL())),
  )
  session.setPermissionCheckHandler(
    (contents, permission) => granted.includes(permission) && isOwnPage(contents?.getURL() ?? ''),
  )
  session.setDevicePermissionHandler(() => false)
  app.on('web-contents-created', (_event, contents) => guardContents(contents, shell))
}

function guardContents(contents: WebContents, shell: GuardOptions['shell']) {
  contents.setWindowOpenHandler(({ url }) => {
    // A link to somewhere else belongs into the user's browser; other schemes could start programs.
    if (isWebAddress(url)) void shell.openExternal(url).catch(() => {})
    return { action: 'deny' }
  })
  contents.on('will-navigate', (details) => {
    if (!isOwnPage(details.url)) details.preventDefault()
  })
  contents.on('will-redirect', (details) => {
    if (!isOwnPage(details.url)) details.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

function isWebAddress(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === 'https:'
}
