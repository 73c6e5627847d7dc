/**
 * Looks without taking part: for the monitor, other sites, the isolation run, the namespace screen and the Test button.
 * Each call has a connection of its own, which ends with it; its client id has 4 hex digits more than the gateway's.
 * Nothing is ever popped, committed, or left retained.
 */
import type { Losable } from '#main/link'
import type { Unproven } from './lease.ts'

export interface Inspector {
  /**
   * Everything that arrives under `filters` from now on. Resolves when the broker has the filters: nothing later is
   * missed until `lost`. Who wants it back after a loss puts it into `keepLinked`. `onMessage` must not wait: nothing is
   * kept here. Rejects in words, also where the broker refuses a filter.
   * Filters in the broker's own form: MQTT topic filters; Valkey patterns of channels; Kafka topics, where a final `*`
   * stands for anything (a topic made later is not seen). `everythingUnder` (names/build) makes those of a base.
   */
  watch(filters: readonly string[], onMessage: (message: SeenMessage) => void, signal: AbortSignal): Promise<Watch>
  /**
   * Tries the entry step by step: name, TCP, TLS, login, rights. Ends after the first step that failed. Leaves nothing
   * behind and publishes nothing where others listen.
   */
  test(signal: AbortSignal): AsyncIterable<TestLine>
  /**
   * Whether our credentials may do what they need under `base`, judged by what the broker does and not by what it
   * acknowledges; what is not seen counts as missing. Nothing is published but below `_gw/test`. Rejects in words where
   * the broker can't be reached.
   */
  rights(base: string, signal: AbortSignal): Promise<readonly Right[]>
  /**
   * Whether our credentials reach where they must not: under a base that is not ours, each direction apart; what is not
   * seen is `unknown`. Leaves nothing behind. Rejects in words where the broker can't be reached.
   */
  reach(base: string, names: Reachable, signal: AbortSignal): Promise<readonly Right[]>
  /** Who is connected and belongs to `base`, as far as the broker tells. Rejects in words. */
  members(base: string, signal: AbortSignal): Promise<Members>
  /** What is stored under `base` now, by whomever. Rejects in words. */
  leftOvers(base: string, signal: AbortSignal): Promise<LeftOvers>
  /**
   * Removes left-overs by their names: retained messages, keys, the records of a topic (the topic stays), an empty
   * group. Refuses names that are not under `base`. Rejects in words where the broker can't be reached.
   */
  remove(
    base: string,
    names: readonly Pick<LeftOver, 'kind' | 'name'>[],
    signal: AbortSignal,
  ): Promise<readonly Removal[]>
  /** Clock of the broker minus ours, where the broker tells its time. Rejects in words. */
  clock(signal: AbortSignal): Promise<Clock>
}

/** `note`: what is not watched and why, for people; '' where all of it is. */
export interface Watch extends Losable {
  readonly note: string
}

export interface SeenMessage {
  readonly address: string
  /** Kafka record key. */
  readonly key?: string
  /** Kafka record headers. */
  readonly headers?: Readonly<Record<string, string>>
  readonly payload: Uint8Array
  /** ms since the epoch, on arrival. */
  readonly at: number
  /** MQTT: kept at the broker from before. */
  readonly retained: boolean
}

export const testSteps = ['name', 'tcp', 'tls', 'login', 'rights'] as const

export interface TestLine {
  readonly step: (typeof testSteps)[number]
  /** `unknown`: it was not tried, or the broker does not say. */
  readonly result: 'ok' | 'failed' | 'unknown'
  /** What was found and, where it failed, what to do. */
  readonly text: string
  /** Step `tls`: the server's certificate. */
  readonly certificate?: Certificate
}

export interface Certificate {
  readonly subject: string
  readonly issuer: string
  /** Names it is valid for. */
  readonly names: readonly string[]
  /** ms since the epoch. */
  readonly expiresAt: number
}

/**
 * Names that may be tried. `real`: those that gateways use; only for a base that nobody has (a canary). `test`: what is
 * sent goes below `_gw/test`, where nobody listens; for the base of another site.
 */
export type Reachable = 'real' | 'test'

export interface Right {
  /** `both`: to send and to get it, where the broker does not tell which of them is missing. */
  readonly action: 'send' | 'receive' | 'both'
  /** Topic, filter, key, list, channel or group it was tried with. */
  readonly name: string
  readonly allowed: boolean | 'unknown'
  /** What it means, and where it is missing the line to add at the broker. */
  readonly text: string
}

export type Members =
  | {
      readonly kind: 'seen'
      readonly members: readonly Member[] /** Some more are not listed. */
      readonly more: boolean
    }
  | Unproven

export interface Member {
  /** Client id or connection name; '' where it has none. */
  readonly client: string
  /** Short identity, where the client id is one of a gateway of this base. */
  readonly who?: string
  /** Address it comes from. */
  readonly host: string
  /** What it is doing, in the broker's word: `blpop`, `psubscribe`; a Kafka group's name. */
  readonly doing: string
  /** It belongs to this process. */
  readonly self: boolean
}

export interface LeftOvers {
  readonly found: readonly LeftOver[]
  /** There is more than is listed: a limit was reached. */
  readonly more: boolean
  /** What could not be looked at, and why; '' where all of it was. */
  readonly note: string
}

export interface LeftOver {
  readonly kind: 'retained' | 'key' | 'list' | 'topic' | 'group'
  readonly name: string
  /** Bytes of a message or key, entries of a list, records of a topic, 0 of a group. */
  readonly size: number
  /** Kafka: records of the request topic that the gateways' group has not taken. */
  readonly lag?: number
  /** Where those of `lag` stand: none of a partition where all are taken. */
  readonly untaken?: readonly Untaken[]
  /** For a backup before removal: the payload, the value, the entries of a list. Empty on Kafka. */
  readonly content: readonly string[]
  /** `content` is all of it. */
  readonly complete: boolean
}

/** Records of a partition by their offsets: `from` is the first, `to` is behind the last. */
export interface Untaken {
  readonly partition: number
  readonly from: number
  readonly to: number
}

export type Removal =
  | { readonly name: string; readonly ok: true }
  | { readonly name: string; readonly ok: false; readonly error: string }

export type Clock =
  /** The true difference is within `offsetMs` ± `uncertaintyMs`. */
  { readonly kind: 'known'; readonly offsetMs: number; readonly uncertaintyMs: number } | Unproven
