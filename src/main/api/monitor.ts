import type { Watching } from '#main/gateway/watching'
import { RpcError } from '#shared/rpc'
import type { SomeEvents, SomeRequests } from './some.ts'

export function monitorRequests({ monitor, recorder }: Watching): SomeRequests<'monitor.'> {
  return {
    'monitor.message': ({ seq }) => {
      const detail = monitor.detail(seq)
      if (!detail) throw new RpcError('refused', 'This message is no longer kept: newer ones took its place.')
      return detail
    },
    'monitor.record': async ({ path, filter }) => {
      await monitor.record(path, filter).catch((error: Error) => {
        throw new RpcError('refused', error.message)
      })
      return recorder.state.getState()
    },
    'monitor.stopRecord': () => recorder.stop(),
  }
}

export function monitorEvents({ monitor }: Watching): SomeEvents<'monitor.'> {
  return { 'monitor.messages': ({ filter }, emit) => monitor.listen(filter, emit) }
}
