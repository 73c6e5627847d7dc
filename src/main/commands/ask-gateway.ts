/** Speaks to the gateway that runs on a configuration, for the commands that ask one. */
import { findRunning, realConfigPath } from '#main/gateway/lock'
import { asError } from '#main/link'
import { connectWebSocket } from '#main/wires/connect-websocket'
import type { GatewayClient, GatewayContract } from '#shared/contract/index'
import { connectTo } from '#shared/rpc'
import { configPathOf } from './load.ts'

export type Asked<T> =
  | { readonly ok: true; readonly answer: T }
  /** None runs, or it does not answer. */
  | { readonly ok: false; readonly error: string; readonly running: boolean }

/** Connects, asks and disconnects. Never rejects. */
export async function askGateway<T>(
  options: { readonly config?: string },
  ask: (client: GatewayClient) => Promise<T>,
): Promise<Asked<T>> {
  const path = await realConfigPath(configPathOf(options))
  const running = await findRunning(path)
  if (running.kind !== 'running') {
    const error = running.kind === 'none' ? `no gateway runs on ${path}` : running.error
    return { ok: false, error, running: false }
  }
  const { url, token, pid } = running.record
  try {
    const wire = await connectWebSocket(url, token)
    try {
      return { ok: true, answer: await ask(connectTo<GatewayContract>(wire)) }
    } finally {
      wire.close()
    }
  } catch (error) {
    const text = `the gateway on ${path} (process ${pid}) does not answer: ${asError(error).message}`
    return { ok: false, error: text, running: true }
  }
}
