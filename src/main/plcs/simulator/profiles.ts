/** The kinds of controller the simulator can be, and in what they differ. */
import { status } from '#main/plcs/cip'

export type ProfileName = 'logix5580' | 'logix5570' | 'enbt' | 'micro800'

/** Identity without serial number and state (CIP Vol. 1, 5-2). */
export interface Product {
  readonly vendor: number
  readonly deviceType: number
  readonly productCode: number
  readonly major: number
  readonly minor: number
  readonly productName: string
}

export interface Profile {
  readonly cpu: Product
  /** The network module in front of the CPU, where it is a module of its own: unrouted requests end there. */
  readonly module?: Product
  /** Byte that reads as BOOL true: 0xFF up to v29, 1 from v30. */
  readonly boolTrue: number
  /** Tags may be addressed by symbol instance (v21 and later). */
  readonly instanceAddressing: boolean
  readonly largeForwardOpen: boolean
  readonly multipleService: boolean
  /** False: any route is refused (Micro800 has no backplane). */
  readonly routed: boolean
  readonly unknownTag: { readonly status: number; readonly extended?: number }
  /** Largest connection in bytes, sequence count included. */
  readonly maxSize: number
  readonly maxConnections: number
}

const rockwell = { vendor: 1, deviceType: 14 } as const

const logix5580: Profile = {
  cpu: { ...rockwell, productCode: 166, major: 33, minor: 11, productName: '1756-L83E/B' },
  boolTrue: 1,
  instanceAddressing: true,
  largeForwardOpen: true,
  multipleService: true,
  routed: true,
  unknownTag: { status: status.pathSegmentError, extended: 0 },
  maxSize: 4002,
  maxConnections: 64,
}

const logix5570: Profile = {
  ...logix5580,
  cpu: { ...rockwell, productCode: 94, major: 20, minor: 19, productName: '1756-L73/B LOGIX5573' },
  boolTrue: 0xff,
  instanceAddressing: false,
}

export const profiles: { readonly [name in ProfileName]: Profile } = {
  logix5580,
  logix5570,
  enbt: {
    ...logix5570,
    cpu: { ...rockwell, productCode: 54, major: 20, minor: 13, productName: '1756-L61/B LOGIX5561' },
    module: { vendor: 1, deviceType: 12, productCode: 58, major: 6, minor: 6, productName: '1756-ENBT/A' },
    largeForwardOpen: false,
    maxSize: 511,
    maxConnections: 32,
  },
  micro800: {
    ...logix5580,
    cpu: { ...rockwell, productCode: 159, major: 12, minor: 11, productName: '2080-LC50-48QWB' },
    instanceAddressing: false,
    largeForwardOpen: false,
    multipleService: false,
    routed: false,
    unknownTag: { status: status.pathUnknown },
    maxSize: 504,
    maxConnections: 4,
  },
}
