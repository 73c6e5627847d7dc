import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { asError, NeedsPerson } from '#main/link'
import { entryText } from '#shared/broker'
import type { KafkaConfig } from '#shared/config'

/**
 * TLS options of an entry; undefined where it uses none. Brokers are always verified. The files are read at each
 * connect, so that a renewed certificate counts. Rejects with `NeedsPerson` naming the file that can't be read.
 */
export async function tlsOptions(entry: KafkaConfig): Promise<ConnectionOptions | undefined> {
  if (!entry.use_tls) return undefined
  const read = async (key: 'ca_file' | 'cert_file' | 'key_file') => {
    const path = entry[key]
    if (path === undefined) return undefined
    return await readFile(path).catch((cause: unknown) => {
      const who = entryText({ service: 'kafka', name: entry.name })
      const text = `${who}: ${key} can't be read: ${asError(cause).message}. Correct the path or its rights.`
      throw new NeedsPerson(text, { cause })
    })
  }
  const [ca, cert, key] = await Promise.all([read('ca_file'), read('cert_file'), read('key_file')])
  return {
    rejectUnauthorized: true,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(entry.tls_server_name !== undefined && { servername: entry.tls_server_name }),
  }
}
