/**
 * Numbers of EtherNet/IP and CIP that driver and simulator share: constants and their words, no code that builds or
 * parses (an error in common code would hide on both sides). Sources: CIP Vol. 1 and 2, Rockwell 1756-PM020.
 */

/** Encapsulation commands (CIP Vol. 2, 2-3.2). */
export const command = {
  nop: 0x00,
  listServices: 0x04,
  listIdentity: 0x63,
  listInterfaces: 0x64,
  registerSession: 0x65,
  unregisterSession: 0x66,
  sendRRData: 0x6f,
  sendUnitData: 0x70,
} as const

/** Encapsulation status (CIP Vol. 2, 2-3.5). */
export const encapsulationStatus = {
  ok: 0,
  unsupportedCommand: 0x01,
  noMemory: 0x02,
  badData: 0x03,
  badSession: 0x64,
  badLength: 0x65,
  badVersion: 0x69,
} as const

/** Items of the common packet format (CIP Vol. 2, 2-6.2). */
export const cpfItem = {
  null: 0x0000,
  listIdentity: 0x000c,
  connected: 0x00a1,
  connectedData: 0x00b1,
  unconnectedData: 0x00b2,
} as const

export const service = {
  getAttributesAll: 0x01,
  getAttributeList: 0x03,
  setAttributeList: 0x04,
  multipleService: 0x0a,
  getAttributeSingle: 0x0e,
  setAttributeSingle: 0x10,
  readTag: 0x4c,
  writeTag: 0x4d,
  /** On a tag; the same number is Forward Close on the Connection Manager. */
  readModifyWrite: 0x4e,
  forwardClose: 0x4e,
  readTagFragmented: 0x52,
  /** On the Connection Manager; the same number is Read Tag Fragmented on a tag. */
  unconnectedSend: 0x52,
  writeTagFragmented: 0x53,
  forwardOpen: 0x54,
  getInstanceAttributeList: 0x55,
  largeForwardOpen: 0x5b,
} as const

/** Set in the service byte of a reply. */
export const replyBit = 0x80

export const cipClass = {
  identity: 0x01,
  messageRouter: 0x02,
  connectionManager: 0x06,
  programName: 0x64,
  program: 0x68,
  symbol: 0x6b,
  template: 0x6c,
  clock: 0x8b,
  /** Counts changes of program and tag list (1756-PM020, "Detect changes"). */
  change: 0xac,
} as const

/** General status (CIP Vol. 1, appendix B) as Logix uses it (1756-PM020). */
export const status = {
  ok: 0x00,
  connectionFailure: 0x01,
  resourceUnavailable: 0x02,
  pathSegmentError: 0x04,
  pathUnknown: 0x05,
  partialTransfer: 0x06,
  serviceNotSupported: 0x08,
  attributeListError: 0x0a,
  privilegeViolation: 0x0f,
  deviceStateConflict: 0x10,
  replyTooLarge: 0x11,
  notEnoughData: 0x13,
  attributeNotSupported: 0x14,
  tooMuchData: 0x15,
  objectDoesNotExist: 0x16,
  embeddedServiceError: 0x1e,
  vendorSpecific: 0x1f,
  pathSizeInvalid: 0x26,
  extended: 0xff,
} as const

/** Extended status that goes with `status.connectionFailure`, `status.extended` and a few others. */
export const extendedStatus = {
  duplicateForwardOpen: 0x0100,
  connectionNotFound: 0x0107,
  unsupportedSize: 0x0109,
  rpiNotSupported: 0x0111,
  rpiNotAcceptable: 0x0112,
  outOfConnections: 0x0113,
  noMoreConnections: 0x011a,
  connectionTimedOut: 0x0203,
  unconnectedTimedOut: 0x0204,
  portNotAvailable: 0x0311,
  linkAddressNotValid: 0x0312,
  badSegment: 0x0315,
  keyswitch: 0x2101,
  offsetOutOfRange: 0x2104,
  beyondEnd: 0x2105,
  typeMismatch: 0x2107,
  downloadInProgress: 0x2108,
} as const

/** Elementary data types as read and written (CIP Vol. 1, appendix C; 1756-PM020). */
export const typeCode = {
  BOOL: 0xc1,
  SINT: 0xc2,
  INT: 0xc3,
  DINT: 0xc4,
  LINT: 0xc5,
  USINT: 0xc6,
  UINT: 0xc7,
  UDINT: 0xc8,
  ULINT: 0xc9,
  REAL: 0xca,
  LREAL: 0xcb,
  BYTE: 0xd1,
  WORD: 0xd2,
  DWORD: 0xd3,
  LWORD: 0xd4,
  SHORT_STRING: 0xda,
} as const

/** First word of a structure's type; the structure handle follows. */
export const structureType = 0x02a0

/** Structure handle of the predefined STRING (82 characters). */
export const stringHandle = 0x0fce
/** Template instance of the predefined STRING. */
export const stringTemplate = 0xfce

/** Port on which controllers listen. */
export const defaultPort = 44818
