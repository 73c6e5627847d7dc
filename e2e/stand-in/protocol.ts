import { needEarly, needReady } from './app.ts'
import { loud } from './common.ts'

type SchemeHandler = (request: Request) => Response | Promise<Response>

export const schemeHandlers = new Map<string, SchemeHandler>()

export const protocol = loud('protocol', {
  registerSchemesAsPrivileged: () => needEarly('protocol.registerSchemesAsPrivileged'),
  handle: (scheme: string, handler: SchemeHandler) => {
    needReady('protocol.handle')
    schemeHandlers.set(scheme, handler)
  },
} satisfies Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'>)

const defaultSession = loud('session.defaultSession', {
  setPermissionRequestHandler: () => {},
  setPermissionCheckHandler: () => {},
  setDevicePermissionHandler: () => {},
} satisfies Pick<
  Electron.Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
>)

export const session = loud('session', {
  get defaultSession() {
    needReady('session')
    return defaultSession
  },
})
