/** How often something has failed lately: recovering from an error that comes at once again helps nobody. */
export function createCrashCount(most: number, withinMs: number, now: () => number = Date.now) {
  let times: number[] = []
  return {
    /** Counts one more. True where recovering is still worth a try. */
    worthATry: (): boolean => {
      const from = now() - withinMs
      times = [...times.filter((time) => time > from), now()]
      return times.length <= most
    },
  }
}
