/** The gateway that an isolation run is made by: the one that runs on the configuration, else one of our own. */
import { hostname } from 'node:os'
import { findRunning } from '#main/gateway/lock'
import type { LockRecord } from '#main/gateway/lock-record'
import { asError } from '#main/link'
import type { Logger } from '#main/log/logger'
import { connectWebSocket } from '#main/wires/connect-websocket'
import type { GatewayClient, GatewayContract } from '#shared/contract/index'
import { connectTo, joinedWires } from '#shared/rpc'
import { startHeadless } from './headless.ts'

export interface ReachOptions {
  /** Absolute, links followed. */
  readonly configPath: string
  readonly namespace?: string | undefined
  readonly version: string
  readonly logger: Logger
  readonly logPath?: string | undefined
  readonly embedded?: readonly string[] | undefined
  /** Our own gateway has lost its configuration to another one, and must end. */
  onLost(why: string): void
}

export type Reached =
  | {
      readonly ok: true
      readonly client: GatewayClient
      /** Process of the gateway that ran already; absent: it is ours. */
      readonly pid?: number
      /** Ends the connection, and the gateway where it is ours. Never rejects. */
      close(): Promise<void>
    }
  /** `error` says why and what to do. */
  | { readonly ok: false; readonly error: string }

/** Connects to the running gateway, or starts one. Rejects only on a bug. */
export async function reachGateway(options: ReachOptions): Promise<Reached> {
  const found = await findRunning(options.configPath)
  if (found.kind === 'unreadable') return { ok: false, error: found.error }
  if (found.kind === 'running') return await connect(options, found.record)
  const { embedded, ...own } = options
  const started = await startHeadless({ ...own, ...(embedded ? { embedded } : {}) })
  // Somebody else was faster.
  if (!started.ok) return started.running ? await connect(options, started.running) : started
  const [ours, theirs] = joinedWires()
  started.serve(theirs)
  const client = connectTo<GatewayContract>(ours)
  return {
    ok: true,
    client,
    close: async () => {
      client.close()
      await started.stop().catch((error: unknown) => options.logger.for('gateway').error('the end failed', error))
    },
  }
}

async function connect({ configPath, namespace }: ReachOptions, record: LockRecord): Promise<Reached> {
  const { url, token, pid, host } = record
  if (host !== hostname()) {
    const error = `${configPath}: its gateway runs on the computer "${host}" (process ${pid}). Run the checks there.`
    return { ok: false, error }
  }
  if (namespace !== undefined) {
    const error = `--namespace: a gateway runs on ${configPath} already (process ${pid}), under its own namespace. Leave the option out.`
    return { ok: false, error }
  }
  try {
    const client = connectTo<GatewayContract>(await connectWebSocket(url, token))
    return { ok: true, client, pid, close: async () => client.close() }
  } catch (error) {
    return {
      ok: false,
      error: `${configPath}: its gateway (process ${pid}) does not answer: ${asError(error).message}`,
    }
  }
}
