import type { GatewayHandlers } from '#shared/contract/index'

type Requests = GatewayHandlers['requests']
type Events = GatewayHandlers['events']

/** The handlers of one prefix: `SomeRequests<'tags.'>`. Together they are all; a missing one does not compile. */
export type SomeRequests<P extends string> = {
  readonly [N in keyof Requests as N extends `${P}${string}` ? N : never]: Requests[N]
}
export type SomeEvents<P extends string> = {
  readonly [N in keyof Events as N extends `${P}${string}` ? N : never]: Events[N]
}
