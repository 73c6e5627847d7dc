import type { ClientsOf } from '#main/gateway/clients'
import { listLeftOvers, removeLeftOvers } from '#main/gateway/left-overs'
import type { Site } from '#main/gateway/site'
import type { SomeRequests } from './some.ts'

export function leftOversRequests(site: Site, clientsOf: ClientsOf): SomeRequests<'leftOvers.'> {
  return {
    'leftOvers.list': (input, signal) => listLeftOvers(site, clientsOf, input, signal),
    'leftOvers.remove': (input, signal) => removeLeftOvers(site, clientsOf, input, signal),
  }
}
