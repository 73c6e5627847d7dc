/** Which user of this computer is at the other end of a connection. Linux tells; elsewhere nobody knows. */
import { readFile } from 'node:fs/promises'

/** Ports of a connection on 127.0.0.1, as its `Socket` has them. */
interface Ends {
  readonly localPort?: number | undefined
  readonly remotePort?: number | undefined
}

/**
 * Whether the caller of 127.0.0.1 is the user this process runs as, or root, who may do all anyway. True where the system
 * does not tell.
 */
export async function isOwnUser(caller: Ends): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const table = await readFile('/proc/net/tcp', 'utf8').catch(() => undefined)
  if (table === undefined) return true
  const user = userOf(table, caller)
  return user !== undefined && (user === 0 || user === process.getuid?.())
}

/** The user of the caller's end, in the text of `/proc/net/tcp`; undefined where it is not there, or not open any more. */
export function userOf(table: string, { localPort = 0, remotePort = 0 }: Ends): number | undefined {
  const end = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  // A closed socket belongs to nobody, which the table shows as root.
  const established = '01'
  const row = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, from, to, state]) => from === end(remotePort) && to === end(localPort) && state === established)
  return row?.[7] === undefined ? undefined : Number(row[7])
}
