/** What the adapter `eip.ts` uses of ethernet-ip 1.2.5, which ships no types. Its socket classes are left out on purpose. */
declare module 'ethernet-ip' {
  interface CpfItem {
    readonly TypeID: number
    readonly data: Buffer
  }
  interface Library {
    readonly EthernetIP: {
      readonly encapsulation: {
        registerSession(): Buffer
        unregisterSession(session: number): Buffer
        sendRRData(session: number, data: Buffer, timeoutS?: number): Buffer
        readonly header: { build(command: number, session: number, data: Buffer): Buffer }
        readonly CPF: {
          build(items: readonly CpfItem[]): Buffer
          readonly ItemIDs: { readonly ConnectionBased: number; readonly ConnectedTransportPacket: number }
        }
        readonly commands: { readonly SendUnitData: number }
      }
      readonly CIP: {
        readonly MessageRouter: { build(service: number, path: Buffer, data: Buffer): Buffer }
        readonly UnconnectedSend: { build(message: Buffer, route: Buffer, timeoutMs: number): Buffer }
        readonly EPATH: {
          readonly segments: {
            readonly PORT: { build(port: number, link: number | string): Buffer }
            readonly LOGICAL: {
              readonly types: { readonly ClassID: number; readonly InstanceID: number; readonly AttributeID: number }
              build(type: number, address: number): Buffer
            }
            readonly DATA: { build(data: string): Buffer }
          }
        }
      }
    }
  }
  const library: Library
  export = library
}
