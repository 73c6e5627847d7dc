import { cipClass, service, status as st } from '#main/plcs/cip'
import { modeOfStatus, type PlcIdentity, revisionText, serialText } from '#shared/plc'
import { message, objectPath } from './eip.ts'
import { type CipReply, readFields } from './reply.ts'

/** Device type of a programmable logic controller (CIP Vol. 1, 6-2). */
const controllerType = 0x0e

/** What stands for a device that does not tell who it is. */
const nameless: PlcIdentity = {
  vendor: 0,
  deviceType: 0,
  productCode: 0,
  revision: '0.00',
  serial: 0,
  productName: '',
  mode: 'unknown',
}

/** Asks the routed CPU who it is: all attributes of its identity object. */
export const identityRequest = message(service.getAttributesAll, objectPath(cipClass.identity, 1))

/** Identity from the reply (CIP Vol. 1, 5-2.3.2); zeros where the device refuses. Throws `ProtocolError`. */
export function parseIdentity(reply: CipReply): PlcIdentity {
  if (reply.status !== st.ok) return nameless
  const fields = readFields(reply.data, 'the identity')
  const [vendor, deviceType, productCode, major, minor, state] = [
    fields.u16(),
    fields.u16(),
    fields.u16(),
    fields.u8(),
    fields.u8(),
    fields.u16(),
  ]
  const serial = fields.u32()
  const productName = fields.text(fields.u8()).trimEnd()
  const revision = revisionText(major, minor)
  return { vendor, deviceType, productCode, revision, serial, productName, mode: modeOfStatus(state) }
}

/** Whether it has told who it is. */
export function isNamed({ vendor }: PlcIdentity): boolean {
  return vendor !== nameless.vendor
}

/** Whether both are one and the same controller: another firmware or mode makes it no other. */
export function isSame(one: PlcIdentity, other: PlcIdentity): boolean {
  return one.vendor === other.vendor && one.productCode === other.productCode && one.serial === other.serial
}

/** One controller in a sentence. */
export function controllerText({ productName, serial }: PlcIdentity): string {
  return `${productName || 'a controller without a name'}, serial ${serialText(serial)}`
}

/** Whether this is another kind of device for sure: a module that routes, a drive, an I/O rack. */
export function isOtherDevice(identity: PlcIdentity): boolean {
  return identity.deviceType !== 0 && identity.deviceType !== controllerType
}
