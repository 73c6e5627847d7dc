import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { asError, NeedsPerson } from '#main/link'
import { entryText } from '#shared/broker'
import type { ValkeyConfig } from '#shared/config'

/** `host:port` or `[v6]:port` taken apart; the port is 6379 where absent. */
export function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^\[([^\]]+)\](?::(\d+))?$/.exec(address) ?? /^([^:]*)(?::(\d+))?$/.exec(address)
  return match ? { host: match[1] || 'localhost', port: Number(match[2] ?? 6379) } : { host: address, port: 6379 }
}

/**
 * TLS options of an entry; undefined where it uses none. The server is always verified. The files are read at each
 * connect, so that a renewed certificate counts. Rejects with `NeedsPerson` naming the file that can't be read.
 */
export async function tlsOptions(entry: ValkeyConfig): Promise<ConnectionOptions | undefined> {
  if (!entry.use_tls) return undefined
  const read = async (key: 'ca_file' | 'cert_file' | 'key_file') => {
    const path = entry[key]
    if (path === undefined) return undefined
    return await readFile(path).catch((thrown: unknown) => {
      const who = entryText({ service: 'valkey', name: entry.name })
      throw new NeedsPerson(
        `${who}: ${key} can't be read: ${asError(thrown).message}. Correct the path or its rights.`,
        {
          cause: thrown,
        },
      )
    })
  }
  const [ca, cert, key] = await Promise.all([read('ca_file'), read('cert_file'), read('key_file')])
  const { host } = parseAddress(entry.address)
  const servername = entry.tls_server_name ?? (isIP(host) ? undefined : host)
  return {
    rejectUnauthorized: true,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(servername && { servername }),
  }
}
