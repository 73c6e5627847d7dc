/** Electron's fuses, as they stand in its executable: a sentinel, a version, a length, and one character each. */

const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** In the order of the wire, version 1. */
export const fuseNames = [
  'runAsNode',
  'enableCookieEncryption',
  'enableNodeOptionsEnvironmentVariable',
  'enableNodeCliInspectArguments',
  'enableEmbeddedAsarIntegrityValidation',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
] as const
export type FuseName = (typeof fuseNames)[number]

/** `states`: one `0` or `1` for each fuse. */
export function fuseWire(states: string): Buffer {
  return Buffer.concat([Buffer.from(sentinel), Buffer.from([1, states.length]), Buffer.from(states)])
}

/** Undefined where the executable has no wire. */
export function readFuses(executable: Buffer): Record<FuseName, boolean> | undefined {
  const at = executable.indexOf(sentinel)
  if (at < 0) return undefined
  const states = executable.subarray(at + sentinel.length + 2).toString('latin1')
  const pairs = fuseNames.map((name, i) => [name, states[i] === '1'] as const)
  return Object.fromEntries(pairs) as Record<FuseName, boolean>
}
