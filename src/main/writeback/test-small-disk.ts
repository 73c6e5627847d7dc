/** A file system of a few pages, for what happens on a full disk. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { asError } from '#main/link'
import { isCode } from '#main/whole-file'

export interface SmallDisk {
  readonly folder: string
  /** Takes all room that is left, by pages of 4 KiB: a file still gets to the end of its last one. */
  fill(): Promise<void>
  /** Gives it back. */
  free(): Promise<void>
}

const diskBytes = 64 * 1024

/** `describe` for tests on such a disk. To mount one takes Linux and root: elsewhere skipped, with the reason printed. */
export function onSmallDisk(title: string, body: (disk: SmallDisk, unmount: () => void) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'))
  const filler = join(folder, 'filler')
  const disk: SmallDisk = {
    folder,
    fill: async () => {
      const full = await writeFile(filler, Buffer.alloc(diskBytes)).catch(asError)
      if (!isCode(full, 'ENOSPC')) throw new Error('the small disk is not full', { cause: full })
    },
    free: () => rm(filler, { force: true }),
  }
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    rmSync(folder, { recursive: true })
    console.warn(`skipped: ${title}: a small disk can't be mounted (${asError(error).message.trim()})`)
    return void describe.skip(title, () => body(disk, () => {}))
  }
  describe(title, () =>
    body(disk, () => {
      // Lazily: a test that failed may have a file open.
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true })
    }),
  )
}
