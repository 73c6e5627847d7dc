import type { LockRecord } from '#main/gateway/lock-record'

/**
 * An address that opens the window of a running gateway, once; undefined where it shows none. `own`: to be opened by a
 * program that is started here. On Linux it lets in nobody but this user, whoever sees it in the list of processes.
 */
export async function askTicket({ url, token }: LockRecord, kind: 'any' | 'own'): Promise<string | undefined> {
  const request = { method: 'POST', headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(5_000) }
  try {
    const response = await fetch(`${url}/${kind === 'own' ? 'own-ticket' : 'ticket'}`, request)
    return response.ok ? await response.text() : undefined
  } catch {
    return undefined
  }
}
