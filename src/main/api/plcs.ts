import { neededGateway, neededPlc } from '#main/gateway/needed'
import { plcOverview } from '#main/gateway/plc-overview'
import { searchDevices } from '#main/gateway/search'
import type { Site } from '#main/gateway/site'
import { testPlc } from '#main/gateway/trials'
import type { SomeEvents, SomeRequests } from './some.ts'

export function plcsRequests(site: Site): SomeRequests<'plcs.'> {
  return {
    'plcs.connect': async ({ plc }) => {
      await neededGateway(site).connect({ plc })
      return neededPlc(site, plc).state.getState()
    },
    'plcs.disconnect': async ({ plc }) => {
      await neededGateway(site).disconnect({ plc })
      return neededPlc(site, plc).state.getState()
    },
    'plcs.details': ({ plc }) => plcOverview(neededGateway(site), neededPlc(site, plc)),
  }
}

export function plcsEvents(): SomeEvents<'plcs.'> {
  return {
    'plcs.test': ({ draft }, emit) => testPlc(draft, emit),
    'plcs.discover': ({ subnets }, emit) => searchDevices(subnets, emit),
  }
}
