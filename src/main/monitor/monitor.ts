/**
 * What goes over the brokers, for the window: sent by this gateway, or seen at a broker. Nothing is looked at while nobody
 * listens. In come messages of both ways, out goes one timeline; what is kept is bounded.
 */
import { type EntryId, entryText } from '#shared/broker'
import type { MonitorFilter } from '#shared/contract/monitor'
import type { MonitorDetail, MonitorMessage } from '#shared/monitor'
import { kindOf, ownerOf } from './classify.ts'
import type { Recorder } from './record.ts'
import { createRing, longestKept, textOf } from './ring.ts'

/** A message of either way. */
export interface Passed {
  readonly entry: EntryId
  readonly direction: 'in' | 'out'
  readonly at: number
  readonly address: string
  readonly key?: string
  readonly payload: Uint8Array
  readonly retained: boolean
}

export interface Monitor {
  /** True while somebody listens or records: only then is it worth telling anything. */
  readonly listening: boolean
  pass(message: Passed): void
  /** Those kept that the filter wants, oldest first, then each one. Returns how to stop. */
  listen(filter: MonitorFilter, listener: (message: MonitorMessage) => void): () => void
  /** Records what the filter wants, until stopped. Rejects in words. */
  record(path: string, filter: MonitorFilter): Promise<void>
  stopRecord(): Promise<void>
  detail(seq: number): MonitorDetail | undefined
}

export interface MonitorOptions {
  /** Bases of this gateway by service, asked for each message. */
  bases(service: EntryId['service']): readonly string[]
  readonly recorder: Recorder
  /** Begins to watch the brokers, for these filters; called again where they change; with none of them it stops. */
  watch(filters: readonly MonitorFilter[]): void
}

const longestPreview = 2_000

export function createMonitor({ bases, recorder, watch }: MonitorOptions): Monitor {
  const ring = createRing()
  const listeners = new Map<symbol, { readonly filter: MonitorFilter; listener(message: MonitorMessage): void }>()
  let recording: MonitorFilter | undefined
  let seq = 0

  function changed() {
    watch([...[...listeners.values()].map(({ filter }) => filter), ...(recording ? [recording] : [])])
  }
  recorder.state.subscribe((now) => {
    if (now.kind === 'on' || !recording) return
    recording = undefined
    changed()
  })

  return {
    get listening() {
      return listeners.size > 0 || recording !== undefined
    },
    pass: (passed) => {
      const { entry, direction, at, address, key, payload, retained } = passed
      const own = bases(entry.service)
      const short = payload.subarray(0, longestPreview)
      const message: MonitorMessage = {
        seq: ++seq,
        at,
        entry,
        direction,
        kind: kindOf(entry.service, own, address),
        owner: ownerOf(entry.service, own, address),
        address,
        ...(key === undefined ? {} : { key }),
        size: payload.byteLength,
        retained,
        preview: textOf(short).text,
      }
      // A copy: the broker's client may use its buffer again, and a view would hold on to all of a large one (`slice` of
      // a Buffer is a view).
      ring.add({ message, payload: Uint8Array.from(payload.subarray(0, longestKept)) })
      for (const { filter, listener } of listeners.values()) if (wants(filter, message, payload)) listener(message)
      if (recording && wants(recording, message, payload)) recorder.write(message, payload)
    },
    listen: (filter, listener) => {
      const key = Symbol('listener')
      for (const message of ring.all()) if (wants(filter, message)) listener(message)
      listeners.set(key, { filter, listener })
      changed()
      return () => {
        if (listeners.delete(key)) changed()
      }
    },
    record: async (path, filter) => {
      await recorder.start(path)
      recording = filter
      changed()
    },
    stopRecord: async () => {
      await recorder.stop()
    },
    detail: ring.detail,
  }
}

/** Text is sought in the whole payload as it passes, in the preview of what is kept. */
function wants(filter: MonitorFilter, message: MonitorMessage, payload?: Uint8Array): boolean {
  const { entries, kinds, direction, owner, text } = filter
  if (direction && message.direction !== direction) return false
  if (owner && message.owner !== owner) return false
  if (kinds && !kinds.includes(message.kind)) return false
  if (entries && !entries.some((entry) => entryText(entry) === entryText(message.entry))) return false
  if (!text) return true
  const sought = text.toLowerCase()
  if (message.address.toLowerCase().includes(sought) || message.key?.toLowerCase().includes(sought)) return true
  const body =
    payload && payload.byteLength > longestPreview ? textOf(payload.subarray(0, longestKept)).text : message.preview
  return body.toLowerCase().includes(sought)
}
