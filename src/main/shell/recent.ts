import { join } from 'node:path'
import { createKept, recentSchema, withRecent } from './kept.ts'

/** Configuration files that were opened, newest first, in all windows. */
export function openRecent(baseFolder: string) {
  // Read each time: every window is a process of its own and adds to it.
  const open = () => createKept(join(baseFolder, 'recent.json'), recentSchema, [])
  return {
    list: (): readonly string[] => open().get(),
    add: (file: string) => {
      const kept = open()
      kept.set(withRecent(kept.get(), file))
    },
  }
}
