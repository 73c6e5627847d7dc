/** Where a full file of the journal goes: `‹path›.1` is the one before, and so on. */
import { lstat, rename, rm } from 'node:fs/promises'
import { ignoreMissing } from '#main/whole-file'

/**
 * Moves the file to `.1`. The older ones move up as far as the first free number; only where none is free, up to
 * `keep`, the oldest goes. So one that can't be moved (on Windows: another program has it open) costs none of the
 * others, however often it is tried. Rejects with the system's error; no number is taken twice then.
 */
export async function moveAside(path: string, keep: number): Promise<void> {
  let free = 1
  while (free < keep && (await isThere(`${path}.${free}`))) free++
  await rm(`${path}.${free}`, { force: true })
  for (let i = free - 1; i >= 0; i--) {
    const from = i === 0 ? path : `${path}.${i}`
    await rename(from, `${path}.${i + 1}`).catch(ignoreMissing)
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(ignoreMissing)) !== undefined
}
