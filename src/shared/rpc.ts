/**
 * Calls and subscriptions between a gateway and whoever looks at it, over any wire that carries frames. `serve` answers
 * on the gateway's end, `connectTo` asks on the other. Written once; the wires know nothing of it.
 */
export { type Client, connectTo, type Listener } from './rpc/connect.ts'
export {
  type Contract,
  type EventInput,
  type EventItem,
  type EventName,
  type EventSource,
  type Handlers,
  type RequestHandler,
  type RequestInput,
  type RequestName,
  type RequestOutput,
  returns,
} from './rpc/contract.ts'
export { type ErrorCode, RpcError } from './rpc/error.ts'
export { type Frame, frameFrom, frameToText, textToFrame, type Wire } from './rpc/frame.ts'
export { joinedWires } from './rpc/joined-wires.ts'
export { type ServeOptions, serve } from './rpc/serve.ts'
export type { Signal } from './rpc/signal.ts'
