/** A client of the broker in this process that is not the gateway: for requester and inspector. */
import { randomBytes } from 'node:crypto'
import type { BridgeContext } from '#main/bridges/bridge'
import { asError, type Losable } from '#main/link'
import { type EntryId, entryText } from '#shared/broker'
import type { MqttConfig } from '#shared/config'
import { base as baseOf, clientId } from '#shared/names/build'
import type { MemoryBroker, MemoryMessage, MemorySession } from './broker.ts'

export interface Outside extends Losable {
  readonly session: MemorySession
  readonly entry: EntryId
  ended(): Error | undefined
}

/** Connects. Throws in words while the broker refuses. */
export function openOutside(
  config: Pick<MqttConfig, 'name' | 'selector'>,
  { namespace, who }: BridgeContext,
  broker: MemoryBroker,
  onMessage: (message: MemoryMessage) => void,
): Outside {
  const entry: EntryId = { service: 'mqtt', name: config.name }
  let ended: Error | undefined
  let tellLost: (error: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    tellLost = resolve
  })
  function end(why: string) {
    if (ended) return
    ended = new Error(`${entryText(entry)}: ${why}. Is the broker running?`)
    tellLost(ended)
  }
  const id = clientId(baseOf('mqtt', namespace, config.selector), who, randomBytes(2).toString('hex'))
  try {
    const session = broker.connect({ clientId: id, onMessage: (one) => ended ?? onMessage(one), onLost: end })
    return {
      session,
      entry,
      lost,
      ended: () => ended,
      close: async () => {
        session.close()
        end('closed')
      },
    }
  } catch (error) {
    throw new Error(`${entryText(entry)}: ${asError(error).message}. Is the broker running?`, { cause: error })
  }
}
