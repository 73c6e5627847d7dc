import { readFile } from 'node:fs/promises'
import { createConnection, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { asError, NeedsPerson } from '#main/link'
import { entryText } from '#shared/broker'
import { brokenWords, type Place } from './words.ts'

/** Paths of PEM files and the name expected in the broker's certificate, as configured. */
export interface TlsFiles {
  readonly ca_file?: string
  readonly cert_file?: string
  readonly key_file?: string
  readonly tls_server_name?: string
}

/**
 * A connected socket, with TLS where `place.tls`. Rejects with a text for people; when `signal` aborts, with its reason.
 * A certificate that is not trusted is refused always.
 */
export async function dial(place: Place, files: TlsFiles, signal: AbortSignal): Promise<Socket> {
  const { host, port } = place
  const tls = await tlsOptions(place, files)
  signal.throwIfAborted()
  const socket = tls ? secured(place, tls) : createConnection({ host, port })
  // For all its life: an error event without a listener would end the process.
  socket.on('error', () => {})
  // Else an acknowledgement and the message after it wait for each other up to 40 ms (performance.md §12).
  socket.setNoDelay(true)
  return new Promise<Socket>((resolve, reject) => {
    const done = () => {
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError).off('close', onClose)
    }
    const fail = (error: Error) => {
      done()
      socket.destroy()
      reject(error)
    }
    const onAbort = () => fail(asError(signal.reason))
    const onError = (error: Error) => fail(brokenWords(place, error))
    const onClose = () => fail(brokenWords(place, new Error('closed while connecting')))
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('error', onError).on('close', onClose)
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      done()
      resolve(socket)
    })
  })
}

/** Undefined where the entry uses no TLS. Rejects in words where a file can't be read. */
export async function tlsOptions(place: Place, files: TlsFiles): Promise<ConnectionOptions | undefined> {
  if (!place.tls) return undefined
  return { ...(await readPem(place, files)), ...serverName(place.host, files), rejectUnauthorized: true }
}

function secured(place: Place, options: ConnectionOptions): Socket {
  const { host, port } = place
  try {
    return connectTls({ host, port, ...options })
  } catch (error) {
    // Thrown for files that hold no certificate or key, or a key that does not belong to the certificate.
    const text = `${entryText(place.entry)}: ca_file, cert_file or key_file can't be used (${asError(error).message}). PEM files are needed, and the key of this certificate.`
    throw new NeedsPerson(text, { cause: error })
  }
}

/** SNI allows no addresses (RFC 6066 §3); the certificate is then checked against the address. */
function serverName(host: string, { tls_server_name }: TlsFiles): { servername?: string } {
  if (tls_server_name !== undefined) return { servername: tls_server_name }
  return isIP(host) === 0 ? { servername: host } : {}
}

interface Pem {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

async function readPem(place: Place, files: TlsFiles): Promise<Pem> {
  const read = async (key: 'ca_file' | 'cert_file' | 'key_file') => {
    const path = files[key]
    if (path === undefined) return undefined
    return readFile(path).catch((error: unknown) => {
      const text = `${entryText(place.entry)}: ${key} can't be read (${asError(error).message}). Correct the path or its rights.`
      throw new NeedsPerson(text, { cause: error })
    })
  }
  const [ca, cert, key] = await Promise.all([read('ca_file'), read('cert_file'), read('key_file')])
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}
