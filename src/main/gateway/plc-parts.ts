/** The PLCs of a gateway: how one is added, gets other tags, is connected anew, and ended. */
import type { Log } from '#main/log'
import type { Driver } from '#main/plcs/driver'
import { isHealthNews } from '#main/tags/health'
import type { TagTable } from '#main/tags/table'
import type { PlcConfig } from '#shared/config'
import { unlessStopped } from './broker-parts.ts'
import type { GatewayClaim } from './claim-part.ts'
import type { PartSet } from './parts.ts'
import { createPlcPart, type PlcPart } from './plc-part.ts'

export interface PlcPartsOptions {
  readonly set: PartSet
  readonly tags: TagTable
  driverFor(plc: PlcConfig): Driver
  /** Index of a tag whose message is another one. */
  onChange(index: number): void
  /** Its health is to be told now. */
  onHealth(plc: PlcPart): void
  /** Hears which controllers answer. */
  readonly claim: Pick<GatewayClaim, 'plc' | 'removePlc'>
  readonly stopping: AbortSignal
  log(area: string): Log
}

export interface AllPlcParts {
  /** Nothing connects yet. */
  add(plc: PlcConfig): void
  /** Connects, unless a person disconnected it. */
  begin(name: string): void
  /** Other tags, the same controller. */
  retag(plc: PlcConfig): void
  /** A new connection; requests that wait for the old one are answered. */
  restart(plc: PlcConfig): Promise<void>
  remove(name: string): Promise<void>
  connect(name: string): boolean
  disconnect(name: string): Promise<boolean>
}

export function createPlcParts(options: PlcPartsOptions): AllPlcParts {
  const { set, tags, stopping } = options
  const heldByPerson = new Set<string>()

  /** From here on it is the PLC of this name for requests. */
  function register(plc: PlcConfig) {
    const part = createPlcPart({
      plc,
      driver: options.driverFor(plc),
      table: tags,
      onChange: options.onChange,
      log: options.log(plc.driver === 'micro800' ? 'logix' : plc.driver),
    })
    const release = part.state.subscribe((now, before) => {
      options.claim.plc(plc.name, now)
      if (isHealthNews(before, now)) options.onHealth(part)
    })
    set.plcs.set(plc.name, { part, release })
    options.claim.plc(plc.name, part.state.getState())
    set.tell()
  }

  function begin(name: string) {
    if (!heldByPerson.has(name)) set.plcs.get(name)?.part.start()
  }

  return {
    add: (plc) => {
      tags.put(plc)
      register(plc)
    },
    begin,
    retag: (plc) => {
      const part = set.plcs.get(plc.name)?.part
      const changed = tags.put(plc)
      part?.retag(plc)
      set.tell()
      for (const index of changed) options.onChange(index)
      if (part) options.onHealth(part)
    },
    restart: async (plc) => {
      const { name } = plc
      const old = set.plcs.get(name)
      old?.release()
      register(plc)
      if (old) {
        await unlessStopped(stopping, old.part.writable.queue.close())
        // Its polls end at once: nothing of it is written into the rows made new here.
        const stopped = old.part.stop()
        tags.remove(name)
        tags.put(plc)
        await stopped
      }
      const part = set.plcs.get(name)?.part
      if (part) options.onHealth(part)
      begin(name)
    },
    remove: async (name) => {
      const old = set.plcs.get(name)
      if (!old) return
      set.plcs.delete(name)
      heldByPerson.delete(name)
      set.tell()
      await unlessStopped(stopping, old.part.writable.queue.close())
      old.release()
      await old.part.stop()
      tags.remove(name)
      options.claim.removePlc(name)
    },
    connect: (name) => {
      heldByPerson.delete(name)
      set.plcs.get(name)?.part.start()
      return set.plcs.has(name)
    },
    disconnect: async (name) => {
      const part = set.plcs.get(name)?.part
      if (!part) return false
      heldByPerson.add(name)
      await unlessStopped(stopping, part.writable.queue.close())
      await part.stop()
      return true
    },
  }
}
