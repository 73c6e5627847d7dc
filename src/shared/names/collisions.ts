/**
 * Names that would be two things at once. In go the uses of one configuration (or of several sites on one broker), out
 * come pairs that may not stand together, with the reason.
 */
import type { Service } from '#shared/broker'
import { base, kafkaNames } from './build.ts'

/** One broker entry, as far as its names go. */
export interface BaseUse {
  readonly service: Service
  readonly namespace: string
  readonly selector?: string
  /**
   * Normalised addresses (`normalAddress`) of the server or cluster, without a database number: Valkey's channels are
   * common to all databases.
   */
  readonly brokers: readonly string[]
}

export interface Collision<T> {
  readonly first: T
  readonly second: T
  /** Why they can't stand together and what to do. Begins with a small letter: the caller names both places. */
  readonly text: string
}

interface Claimed<U> {
  readonly use: U
  readonly name: string
  readonly what: string
}

/** Pairs whose names meet on a broker. Each use is told at most once, with the earliest use it meets. */
export function baseCollisions<U extends BaseUse>(uses: readonly U[]): Collision<U>[] {
  const claimed = new Map<string, Claimed<U>>()
  const found: Collision<U>[] = []
  for (const use of uses) {
    const own = claimsOf(use)
    const places = own.flatMap((claim) =>
      use.brokers.map((broker) => [`${use.service} ${broker} ${claim.key}`, claim] as const),
    )
    const met = places.flatMap(([key, claim]) => {
      const earlier = claimed.get(key)
      return earlier ? [{ earlier, claim }] : []
    })[0]
    if (met) found.push({ first: met.earlier.use, second: use, text: meetText(met.earlier, { use, ...met.claim }) })
    for (const [key, claim] of places)
      if (!claimed.has(key)) claimed.set(key, { use, name: claim.name, what: claim.what })
  }
  return found
}

/** What a use claims; `key` is the form in which the broker compares. */
function claimsOf(use: BaseUse): { readonly key: string; readonly name: string; readonly what: string }[] {
  const own = base(use.service, use.namespace, use.selector)
  if (use.service !== 'kafka') return [{ key: own, name: own, what: 'base' }]
  // Kafka's metric names replace "." by "_": it refuses a topic that differs from another in these only.
  const topic = (name: string, what: string) => ({ key: name.replaceAll('.', '_'), name, what })
  return [
    topic(kafkaNames.tags(own), 'base'),
    topic(kafkaNames.health(own), 'health topic'),
    topic(kafkaNames.writes(own), 'write topic'),
    topic(kafkaNames.responses(own), 'response topic'),
  ]
}

function meetText<U extends BaseUse>(earlier: Claimed<U>, later: Claimed<U>): string {
  if (earlier.name !== later.name) {
    return `the topics "${earlier.name}" and "${later.name}" differ only in "." and "_", which Kafka refuses; choose another selector`
  }
  if (earlier.what !== later.what) {
    return `"${later.name}" is the ${earlier.what} of one and the ${later.what} of the other, so values would be taken for requests; choose another selector`
  }
  const samePair = earlier.use.namespace === later.use.namespace && earlier.use.selector === later.use.selector
  return samePair
    ? `both have the base "${later.name}" on the same broker, and every write would be executed twice; give one of them a selector`
    : `different namespace and selector give the same base "${later.name}"; choose another selector`
}

/** Items whose key occurred before, with the first one that has it. */
export function repeats<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): { readonly first: T; readonly again: T }[] {
  const seen = new Map<string, T>()
  return items.flatMap((again) => {
    const key = keyOf(again)
    const first = seen.get(key)
    if (first !== undefined) return [{ first, again }]
    seen.set(key, again)
    return []
  })
}
