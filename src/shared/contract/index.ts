/**
 * THE contract between the gateway and whoever looks at it: each call with its input's schema and its output's type,
 * each event with what it carries. One file a prefix; a new call is a line there and a handler in `main/api`.
 */
import type { Client, Contract, Handlers } from '#shared/rpc'
import { appRequests } from './app.ts'
import { brokersEvents, brokersRequests } from './brokers.ts'
import { cellEvents } from './cells.ts'
import { configEvents, configRequests } from './config.ts'
import { gatewayRequests } from './gateway.ts'
import { isolationEvents, isolationRequests } from './isolation.ts'
import { leftOversRequests } from './left-overs.ts'
import { logEvents, logRequests } from './log.ts'
import { monitorEvents, monitorRequests } from './monitor.ts'
import { plcsEvents, plcsRequests } from './plcs.ts'
import { tagsEvents, tagsRequests } from './tags.ts'
import { writebackEvents, writebackRequests } from './writeback.ts'

export const contract = {
  requests: {
    ...appRequests,
    ...configRequests,
    ...gatewayRequests,
    ...tagsRequests,
    ...plcsRequests,
    ...brokersRequests,
    ...writebackRequests,
    ...leftOversRequests,
    ...monitorRequests,
    ...logRequests,
    ...isolationRequests,
  },
  events: {
    ...cellEvents,
    ...configEvents,
    ...tagsEvents,
    ...plcsEvents,
    ...brokersEvents,
    ...writebackEvents,
    ...monitorEvents,
    ...logEvents,
    ...isolationEvents,
  },
} as const satisfies Contract

export type GatewayContract = typeof contract
export type GatewayHandlers = Handlers<GatewayContract>
export type GatewayClient = Client<GatewayContract>
