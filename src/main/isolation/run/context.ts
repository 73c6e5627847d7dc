/** What the checks of an isolation run get to work with, and what they give. No check knows a broker or a driver. */
import type { Inspector } from '#main/bridges/inspector'
import type { Requester } from '#main/bridges/requester'
import type { EntryId } from '#shared/broker'
import type { BrokerConfig, Config } from '#shared/config'
import type { ClaimStatus, OtherSite, PinState } from '#shared/isolation'
import type { CheckNumber, CommissioningValue, Evidence, LeftBehind, Mend, Verdict } from '#shared/isolation-run'
import { worst } from '#shared/isolation-run'
import type { ReadOutcome } from '#shared/tag'
import type { EndedRequest } from '#shared/write'

/** A broker entry that runs. */
export interface RunEntry {
  readonly id: EntryId
  /** `entryText` of it. */
  readonly key: string
  readonly base: string
  /** Address of the broker, without credentials. */
  readonly broker: string
  readonly config: BrokerConfig
  /** '' where it is connected, else why not. */
  problem(): string
  /** Whether requests are taken in now. */
  takesRequests(): boolean
  /** Of the connection, for people; '' where there is none. */
  note(): string
  /** A client of its own; closed by who asked for it. */
  requester(): Requester
  inspector(): Inspector
  /** Whether this gateway sent it within the last minute. */
  isOwn(address: string, payload: Uint8Array): boolean
  /**
   * Subscribes to requests once more, as after a reconnect, without closing the way in: nothing is missed. True when the
   * broker has confirmed it; false where it has not after some seconds.
   */
  subscribeAgain(signal: AbortSignal): Promise<boolean>
  /**
   * Closes the way in and opens it again, as after a reconnect, when `whileClosed` is done. True when it is open; false
   * where it is not after some seconds.
   */
  reopenIntake(signal: AbortSignal, whileClosed: () => Promise<void>): Promise<boolean>
}

/** Times in ms; shorter ones are for tests. */
export interface RunTimes {
  /** Check 3. */
  readonly listenMs: number
  /** Longest wait for an answer, and how long a second one is waited for. */
  readonly answerMs: number
  readonly lingerMs: number
  /** How long nothing must arrive where nothing may. */
  readonly quietMs: number
}

export const runTimes: RunTimes = { listenMs: 25_000, answerMs: 5_000, lingerMs: 1_000, quietMs: 2_000 }

/** Another site that agreed: its configuration, and clients on its brokers. */
export interface Sibling {
  readonly config: Config
  readonly entries: readonly Pick<RunEntry, 'id' | 'key' | 'base' | 'broker' | 'config' | 'requester' | 'inspector'>[]
}

export interface RunContext {
  readonly config: Config
  readonly identity: { readonly instance: string; readonly boot: string; readonly who: string }
  readonly entries: readonly RunEntry[]
  claim(): ClaimStatus
  sites(): readonly OtherSite[]
  plcs(): readonly RunPlc[]
  /** Reads a tag of a PLC now, past the last poll. */
  readTag(plc: string, tag: string, signal: AbortSignal): Promise<ReadOutcome>
  /** Wall clock of a PLC, ms since the epoch; undefined where it tells none. Rejects where it is not connected. */
  plcClock(plc: string, signal: AbortSignal): Promise<number | undefined>
  /** Hears every request that this gateway ended. Returns how to stop. */
  onEnded(listener: (request: EndedRequest) => void): () => void
  /** Closes the gate for the request with this id alone. Returns how to open it again. */
  closeGateFor(requestId: string): () => void
  /** Keeps the commissioning tag's value where a crash can't reach it, before it is changed. */
  remember(held: CommissioningValue): Promise<void>
  /** The value is back. */
  restored(held: CommissioningValue): Promise<void>
  /** The value is not back, and no process will write it any more: a person has to. */
  gaveUp(held: CommissioningValue): Promise<void>
  /** So many random hex digits. */
  hex(digits: number): string
  now(): number
  readonly times: RunTimes
  readonly sibling?: Sibling
}

export interface RunPlc {
  readonly name: string
  readonly address: string
  readonly pin: PinState
  readonly online: boolean
}

export interface CheckContext extends RunContext {
  readonly signal: AbortSignal
  /** What is being done now, for people. */
  say(doing: string): void
  /** The requester of an entry, one for the whole run. */
  client(entry: Pick<RunEntry, 'key' | 'requester'>): Requester
  /** Done at the end of the run in any case, last first: what a check made it removes, or says what it could not. */
  atEnd(undo: (context: CheckContext) => Promise<LeftBehind | undefined>): void
}

export interface Findings {
  readonly evidence: readonly Evidence[]
  /** One line; absent: made from the evidence. */
  readonly summary?: string
  readonly notTried?: readonly string[]
  readonly mend?: Mend
}

export interface Check {
  readonly number: CheckNumber
  /** Only the gateway that holds the namespace can make it. */
  readonly needsHolder: boolean
  run(context: CheckContext): Promise<Findings>
}

/** The worst line decides; a check that found nothing proved nothing. */
export function verdictOf({ evidence }: Findings): Verdict {
  return worst(evidence.flatMap(({ verdict }) => verdict ?? []))
}

/** One line of evidence about an entry. */
export function about(
  entry: Pick<RunEntry, 'id'>,
  verdict: Verdict | undefined,
  word: string,
  text: string,
  address?: string,
): Evidence {
  return {
    entry: entry.id,
    ...(verdict ? { verdict } : {}),
    word,
    text,
    ...(address === undefined ? {} : { address }),
  }
}

/** Whether the entry publishes this PLC and takes requests for it. */
export function serves({ config }: Pick<RunEntry, 'config'>, plc: string): boolean {
  return config.plcs?.includes(plc) ?? true
}

/** Nothing can be written to this PLC through the entry, and nothing has to be. */
export function notServed(entry: RunEntry, plc: string): Evidence {
  return about(entry, undefined, 'not served', `${plc} is not served here: nothing was tried`)
}

/** A PLC that the entry serves, for requests that name no tag of it. */
export function plcOf(context: Pick<RunContext, 'config'>, entry: Pick<RunEntry, 'config'>): string {
  return context.config.plcs.find(({ name }) => serves(entry, name))?.name ?? '__probe_plc'
}

/** Entries that could be used now; the others are evidence of what was not proven. */
export function usable(
  context: Pick<RunContext, 'entries'>,
  wants: 'connection' | 'requests',
): { readonly entries: readonly RunEntry[]; readonly evidence: readonly Evidence[] } {
  const entries: RunEntry[] = []
  const evidence: Evidence[] = []
  for (const entry of context.entries) {
    const problem = entry.problem()
    if (wants === 'requests' && !entry.config.enable_writeback) continue
    if (problem) evidence.push(about(entry, 'not-proven', 'not connected', problem))
    else if (wants === 'requests' && !entry.takesRequests())
      evidence.push(about(entry, 'not-proven', 'closed', 'write requests are not taken in here now'))
    else entries.push(entry)
  }
  return { entries, evidence }
}
