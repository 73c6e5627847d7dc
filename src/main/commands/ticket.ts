import type { LockRecord } from '#main/gateway/lock-record'

/** An address that opens the window of a running gateway; undefined where it shows none. */
export async function askTicket({ url, token }: LockRecord): Promise<string | undefined> {
  const request = { method: 'POST', headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(5_000) }
  try {
    const response = await fetch(`${url}/ticket`, request)
    return response.ok ? await response.text() : undefined
  } catch {
    return undefined
  }
}
