/**
 * What is heard of others under our base, on one entry. In comes what the lease hears; out go happenings for the claim,
 * and a bounded list of strangers (they act as this gateway) and guests (they publish beside us) for people.
 */
import type { Heard as BridgeHeard } from '#main/bridges/lease'
import type { EntryId } from '#shared/broker'
import type { Heard } from '#shared/isolation'
import { parseOwner, parsePresence } from '#shared/isolation-record'
import type { Happening } from './model.ts'

export interface EarOptions {
  readonly key: string
  readonly entry: EntryId
  isOurPlc(name: string): boolean
  happened(happening: Happening): void
  /** The list is different now. */
  onHeard(): void
}

export interface Ear {
  hear(heard: BridgeHeard): void
  list(): readonly Heard[]
  forget(): void
}

/** Most addresses that are listed; the one heard longest ago gives way. */
const mostListed = 50
const previewLength = 200

export function createEar({ key, entry, isOurPlc, happened, onHeard }: EarOptions): Ear {
  const listed = new Map<string, Heard>()

  function list(kind: Heard['kind'], { address, payload, at }: Extract<BridgeHeard, { address: string }>) {
    const count = (listed.get(address)?.count ?? 0) + 1
    listed.delete(address)
    listed.set(address, { kind, entry, address, count, lastAt: at, preview: payload.slice(0, previewLength) })
    const oldest = listed.keys().next()
    if (listed.size > mostListed && !oldest.done) listed.delete(oldest.value)
    onHeard()
  }

  return {
    hear: (heard) => {
      switch (heard.kind) {
        case 'presence': {
          const record = heard.record === '' ? undefined : parsePresence(heard.record)
          // A record nobody can read says nothing about who may write.
          if (heard.record !== '' && !record) return
          return happened({
            kind: 'presence',
            key,
            who: heard.who,
            stored: heard.stored,
            ...(record ? { record } : {}),
          })
        }
        case 'owner': {
          const record = heard.record === '' ? undefined : parseOwner(heard.record)
          if (heard.record !== '' && !record) return
          return happened({ kind: 'owner', key, ...(record ? { record } : {}) })
        }
        case 'health':
        case 'response': {
          const ours = heard.plc !== undefined && isOurPlc(heard.plc)
          if (heard.stored) {
            const madeAt = heard.kind === 'health' && ours ? timeOf(heard.payload) : undefined
            return madeAt === undefined ? undefined : happened({ kind: 'stored-health', key, madeAt })
          }
          list(ours ? 'stranger' : 'guest', heard)
          if (!ours) return
          const what = heard.kind === 'health' ? 'foreign-health' : 'foreign-response'
          return happened({ kind: 'act', key, what, address: heard.address })
        }
      }
    },
    list: () => [...listed.values()].reverse(),
    forget: () => listed.clear(),
  }
}

/** ms since the epoch of a message's `timestamp`; undefined where it has none. */
function timeOf(payload: string): number | undefined {
  try {
    const { timestamp }: { timestamp?: unknown } = JSON.parse(payload) ?? {}
    const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
    return Number.isFinite(time) ? time : undefined
  } catch {
    return undefined
  }
}
