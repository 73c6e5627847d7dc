import type { ReadOutcome } from '#shared/tag'
import { sameValue } from '#shared/value'

/**
 * What a read means for a tag.
 * `same`: nothing to tell. `value`: a good value that nobody has seen. `silent`: a good value that differs only in
 * members of `ignore_changes`: kept, not published. `failed`: it could not be read.
 */
export type Change = 'same' | 'value' | 'silent' | 'failed'

/**
 * Compares a read with the last one. `lastGood` is the last good value, also where reads failed since.
 */
export function changeOf(
  before: ReadOutcome | undefined,
  after: ReadOutcome,
  lastGood: Extract<ReadOutcome, { ok: true }> | undefined,
  ignored: ReadonlySet<string> | undefined,
): Change {
  if (before === after) return 'same'
  if (!after.ok)
    return before && !before.ok && before.reason === after.reason && before.text === after.text ? 'same' : 'failed'
  if (!lastGood) return 'value'
  // A tag that got another type (a download) is published even where its value prints alike: `type` is in the message.
  if (lastGood.type !== after.type && JSON.stringify(lastGood.type) !== JSON.stringify(after.type)) return 'value'
  if (sameValue(lastGood.value, after.value)) return 'same'
  return ignored && sameValue(lastGood.value, after.value, ignored) ? 'silent' : 'value'
}
