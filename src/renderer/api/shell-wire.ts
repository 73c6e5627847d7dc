import { frameToText, textToFrame } from '#shared/rpc'
import type { ShellBridge } from '#shared/rpc/shell'
import { createWireEnd } from '#shared/rpc/wire-end'
import type { OpenWire } from './wire.ts'

/** The wire over what the preload gives. It is open at once: the main process lives as long as its window. */
export function shellWire(bridge: ShellBridge): OpenWire {
  return async () => {
    const connection = crypto.randomUUID()
    const end = createWireEnd({
      send: (frame) => bridge.send(connection, frameToText(frame)),
      close: () => bridge.send(connection, null),
    })
    bridge.onFrame((id, text, why) => {
      if (id !== connection) return
      const frame = text === null ? undefined : textToFrame(text)
      if (frame) end.arrive(frame)
      else end.end(why || 'closed by the application')
    })
    return end.wire
  }
}
