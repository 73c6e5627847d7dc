/** `warlink serve --host`: the window for other computers. */
import type { Logger } from '#main/log/logger'
import { openRemoteWindow, type RemoteWindow } from '#main/wires/remote-window'
import type { Wire } from '#shared/rpc'

/** All four of them, or none. */
export interface RemoteOptions {
  /** Address to listen on. */
  readonly host?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly passwordFile?: string
}

/** What is missing to show the window to other computers; '' where nothing is, or nobody asked for it. */
export function remoteProblem({ host, tlsCert, tlsKey, passwordFile }: RemoteOptions): string {
  const files = { '--tls-cert': tlsCert, '--tls-key': tlsKey, '--password-file': passwordFile }
  const given = Object.entries(files).filter(([, file]) => file !== undefined)
  if (host === undefined)
    return given.length === 0
      ? ''
      : `${given[0]?.[0]}: it is for other computers. Name the address to listen on: --host.`
  const missing = Object.entries(files).flatMap(([option, file]) => (file === undefined ? [option] : []))
  return missing.length === 0
    ? ''
    : `--host: other computers get the window over TLS and with a password only. Name ${missing.join(', ')} too.`
}

/** Opens it; undefined where nobody asked for it. Rejects with a text for people. */
export async function openRemote(
  options: RemoteOptions & { readonly port: number; readonly window: string },
  logger: Logger,
  onWire: (wire: Wire) => void,
): Promise<RemoteWindow | undefined> {
  const { host, port, tlsCert, tlsKey, passwordFile, window: folder } = options
  if (host === undefined || tlsCert === undefined || tlsKey === undefined || passwordFile === undefined)
    return undefined
  const log = logger.for('gateway')
  return await openRemoteWindow({
    host,
    port,
    certFile: tlsCert,
    keyFile: tlsKey,
    passwordFile,
    folder,
    onWire,
    onWrong: (from) => log.warn(`window: wrong password from ${from}`),
  })
}
