import type { Log } from '#main/log'
import type { PlcConfig } from '#shared/config'
import type { Driver } from './driver.ts'
import { createLogixDriver } from './logix/connect.ts'

export interface DriverOptions {
  readonly log: Log
}

const factories: { readonly [driver in PlcConfig['driver']]: (plc: PlcConfig, log: Log) => Driver } = {
  logix: createLogixDriver,
  micro800: createLogixDriver,
}

/** The driver of a PLC of the configuration. Nothing is opened before `connect`. */
export function createDriver(plc: PlcConfig, { log }: DriverOptions): Driver {
  return factories[plc.driver](plc, log)
}
