/**
 * Values for the window. Configured tags come from the table, at most ten times a second and only where something
 * changed; all others are read from the PLC once a second, as long as somebody looks.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { asError } from '#main/link'
import type { PlcConnection, ReadPlan } from '#main/plcs/driver'
import { typeName } from '#shared/plc'
import type { ReadOutcome, TagReading, TagSnapshot } from '#shared/tag'
import { sameValue, type TagValue, valueToJson } from '#shared/value'
import type { Gateway } from './gateway.ts'
import { neededGateway } from './needed.ts'
import type { Site } from './site.ts'

export interface WatchedTag {
  readonly plc: string
  readonly address: string
}

/** Between two looks at the table, and between two reads of what is not in it, in ms. */
const lookMs = 100
const readMs = 1_000
/** Longest value in a stream, and in a single reading, in characters. */
const longestShown = 4_000
const longestRead = 1024 * 1024
/** A single reading waits so long for the PLC, in ms. */
const singleReadMs = 5_000

/** What was told last of a tag: the same again is not told. */
interface Told {
  value: TagValue | undefined
  valueJson: string
  key: string
}

/** Tells values of these tags until stopped. */
export function watchTags(site: Site, tags: readonly WatchedTag[], emit: (reading: TagReading) => void): () => void {
  const told = new Map<WatchedTag, Told>(tags.map((tag) => [tag, { value: undefined, valueJson: '', key: '' }]))
  const stopping = new AbortController()

  function tell(tag: WatchedTag, snapshot: TagSnapshot) {
    const last = told.get(tag) as Told
    const key = `${snapshot.quality} ${snapshot.at} ${snapshot.changedAt} ${snapshot.error}`
    if (last.key === key && last.value === snapshot.value) return
    if (last.value !== snapshot.value) {
      last.value = snapshot.value
      last.valueJson = snapshot.value === undefined ? '' : valueToJson(snapshot.value)
    }
    last.key = key
    emit(toReading(tag, snapshot, last.valueJson, longestShown))
  }

  function look() {
    const gateway = site.gateway()
    for (const tag of tags) {
      if (!gateway) tell(tag, nothing('no gateway runs'))
      else if (isPolled(gateway, tag)) {
        const row = gateway.tags.find(tag.plc, tag.address)
        if (row) tell(tag, gateway.tags.snapshot(row.index))
      }
    }
  }

  look()
  const timer = setInterval(look, lookMs)
  for (const plc of new Set(tags.map((tag) => tag.plc))) {
    const ofPlc = tags.filter((tag) => tag.plc === plc)
    void readOthers(site, plc, ofPlc, tell, stopping.signal)
  }
  return () => {
    clearInterval(timer)
    stopping.abort()
  }
}

/** True where the poll loop reads it: its last value is in the table. */
function isPolled(gateway: Gateway, { plc, address }: WatchedTag): boolean {
  const row = gateway.tags.find(plc, address)
  return row?.tag.enabled === true && row.plc.enabled
}

/** Reads what is not polled, once a second. Never rejects. */
async function readOthers(
  site: Site,
  plc: string,
  tags: readonly WatchedTag[],
  tell: (tag: WatchedTag, snapshot: TagSnapshot) => void,
  signal: AbortSignal,
): Promise<void> {
  const last = new Map<WatchedTag, TagSnapshot>()
  const tellNow = (tag: WatchedTag, snapshot: TagSnapshot) => {
    last.set(tag, snapshot)
    tell(tag, snapshot)
  }
  /** What was read before is shown on, as old as it is. */
  const tellMissing = (tag: WatchedTag, why: string) => {
    const before = last.get(tag)
    tellNow(tag, before?.value === undefined ? nothing(why) : { ...before, quality: 'stale', error: why })
  }
  let plan: { readonly of: PlcConnection; readonly names: string; readonly reads: ReadPlan } | undefined
  while (!signal.aborted) {
    const gateway = site.gateway()
    const others = gateway ? tags.filter((tag) => !isPolled(gateway, tag)) : []
    const part = gateway?.plcs.find(({ config }) => config.name === plc)
    const connection = part?.connection()
    if (others.length > 0 && connection) {
      const names = others.map(({ address }) => address)
      const key = names.join('\n')
      if (plan?.of !== connection || plan.names !== key) {
        plan = { of: connection, names: key, reads: connection.plan(names) }
      }
      try {
        const { outcomes, times } = await plan.reads.read(signal)
        if (signal.aborted) return
        for (const [i, tag] of others.entries()) {
          tellNow(tag, snapshotOf(outcomes[i] as ReadOutcome, times[i] as number, last.get(tag)))
        }
      } catch (error) {
        if (signal.aborted) return
        for (const tag of others) tellMissing(tag, asError(error).message)
      }
    } else {
      const why = gateway && !part ? `${plc}: there is no PLC of this name` : `${plc}: not connected`
      for (const tag of others) tellMissing(tag, why)
    }
    await sleep(readMs, undefined, { signal }).catch(() => {})
  }
}

function snapshotOf(outcome: ReadOutcome, at: number, before?: TagSnapshot): TagSnapshot {
  if (!outcome.ok) return { quality: 'bad', at: 0, changedAt: 0, error: outcome.text }
  const { value, type } = outcome
  const same = before?.value !== undefined && sameValue(before.value, value)
  return { quality: 'good', value, type, at, changedAt: same ? before.changedAt : at, error: '' }
}

const nothing = (error: string): TagSnapshot => ({ quality: 'waiting', at: 0, changedAt: 0, error })

/** One tag now, with its whole value: from the table where it is polled, else read from the PLC. */
export async function readTag(site: Site, tag: WatchedTag, signal: AbortSignal): Promise<TagReading> {
  const gateway = neededGateway(site)
  const row = gateway.tags.find(tag.plc, tag.address)
  const snapshot = row && isPolled(gateway, tag) ? gateway.tags.snapshot(row.index) : undefined
  const { value, ...rest } = snapshot ?? (await readNow(gateway, tag, signal))
  const json = value === undefined ? '' : valueToJson(value)
  return toReading(tag, { ...rest, ...(value === undefined ? {} : { value }) }, json, longestRead)
}

/** Reads one tag from its PLC, never from the table. Never rejects. */
export async function readNow(gateway: Gateway, tag: WatchedTag, signal: AbortSignal): Promise<TagSnapshot> {
  const connection = gateway.plcs.find(({ config }) => config.name === tag.plc)?.connection()
  if (!connection) return nothing(`${tag.plc}: not connected`)
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(singleReadMs)])
  try {
    const { outcomes, times } = await connection.plan([tag.address]).read(inTime)
    return snapshotOf(outcomes[0] as ReadOutcome, times[0] as number)
  } catch (error) {
    return nothing(asError(error).message)
  }
}

function toReading(tag: WatchedTag, snapshot: TagSnapshot, json: string, longest: number): TagReading {
  const { quality, type, at, changedAt, error } = snapshot
  return {
    plc: tag.plc,
    address: tag.address,
    quality,
    ...(json === '' ? {} : { valueJson: json.length > longest ? json.slice(0, longest) : json }),
    ...(json.length > longest ? { cut: true as const } : {}),
    ...(type ? { type: typeName(type) } : {}),
    ...(type?.kind === 'string' ? { capacity: type.capacity } : {}),
    at,
    changedAt,
    error,
  }
}
