/** Contents of the file that this process has had: edits made for one of them still mean the same. */
export interface Versions {
  add(version: string): void
  has(version: string): boolean
}

/** More than any window lags behind. */
const most = 200

export function createVersions(): Versions {
  const known = new Set<string>()
  return {
    add: (version) => {
      known.delete(version)
      known.add(version)
      if (known.size > most) known.delete(known.values().next().value as string)
    },
    has: (version) => known.has(version),
  }
}
