import { type Client, type Contract, type Listener, RpcError } from '#shared/rpc'

/** As `Listener`; `onEnd` only where the gateway refuses, or where the listener fails: a lost wire is no end. */
export interface LastingListener<T> extends Listener<T> {
  /** It begins, or begins anew after the wire was lost: what was collected so far comes again or is out of date. */
  onBegin?(): void
}

/** A subscription that outlives its wire. */
export interface Lasting {
  /** Begins it on a new wire. */
  begin(client: Client<Contract>): void
  stop(): void
}

/** `onOver` is told once, when it was stopped or has ended for good. */
export function createLasting(
  name: string,
  input: unknown,
  listener: LastingListener<unknown>,
  onOver: () => void,
): Lasting {
  let stopNow = () => {}
  let over = false

  function finish() {
    over = true
    onOver()
  }
  return {
    begin: (client) => {
      if (over) return
      listener.onBegin?.()
      stopNow = client.subscribe(name, input, {
        onItems: (items, dropped) => listener.onItems(items, dropped),
        onEnd: (why) => {
          if (over || why.code === 'closed') return
          finish()
          listener.onEnd?.(why)
        },
      })
    },
    stop: () => {
      if (over) return
      finish()
      stopNow()
    },
  }
}

export function noConnection(name: string, why: string): RpcError {
  return new RpcError('closed', `${name}: no connection to the gateway${why ? `: ${why}` : ''}`)
}
