import { api } from '#renderer/api/index'
import { showToast } from '#renderer/ui/live'
import type { TagReading } from '#shared/tag'
import type { WatchedTag } from './preferences.ts'

/** Values of these tags, at once and at each change, until stopped. Where the gateway refuses it is said why. */
export function watchValues(
  tags: readonly WatchedTag[],
  onItems: (readings: readonly TagReading[]) => void,
): () => void {
  const onEnd = ({ message }: Error) =>
    showToast({
      tone: 'bad',
      text: `Values of the tags in sight are not read: ${message} Go to another screen and back.`,
    })
  return api.subscribe('tags.values', { tags: [...tags] }, { onItems, onEnd })
}
