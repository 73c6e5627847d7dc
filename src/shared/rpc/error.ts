/** Why a call or a subscription ended without what was asked for. Closed: readers of it are exhaustive. */
export const errorCodes = [
  /** No such call or event in the gateway's contract: window and gateway are of different versions. */
  'unknown-call',
  /** The input does not fit the contract; the text names the field. */
  'bad-input',
  /** An expected no; the text is for people. */
  'refused',
  /** The handler failed: a bug, or something nobody foresaw. */
  'failed',
  /** The caller gave up. */
  'cancelled',
  /** Too many calls or subscriptions are open on this wire. */
  'too-many',
  /** The wire has ended; whether the call was carried out is not known. */
  'closed',
] as const
export type ErrorCode = (typeof errorCodes)[number]

/** The only error a call rejects with. A handler throws it with `refused` where a no is expected. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Whatever a handler threw, as the error its caller gets. */
export function asRpcError(thrown: unknown): RpcError {
  if (thrown instanceof RpcError) return thrown
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return new RpcError('failed', text || 'no reason is known', { cause: thrown })
}
