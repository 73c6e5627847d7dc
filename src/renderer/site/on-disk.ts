/** A change that was not saved, since somebody else changed the file: a person looks at the difference and decides. */
import { createStore } from 'zustand/vanilla'
import type { DiffLine } from '#shared/diff'

export interface OnDisk {
  /** From what this window has read to what is in the file now. */
  readonly lines: readonly DiffLine[]
  /** Saves over what is there; true where it was saved. Absent: not offered. Then it is read again, and the change repeated. */
  readonly overwrite?: () => Promise<boolean>
  /** The file was taken over in place of the change. */
  readonly onReloaded?: () => void
}

/** The newest that is not decided, and whether it is shown. */
export const onDisk = createStore<{ readonly asked?: OnDisk | undefined; readonly open: boolean }>(() => ({
  open: false,
}))

export function askOnDisk(asked: OnDisk): void {
  onDisk.setState({ asked, open: true })
}

/** Shows once more what was to be decided later. */
export function showOnDisk(): void {
  onDisk.setState(({ asked }) => ({ open: asked !== undefined }))
}

export function decideLater(): void {
  onDisk.setState({ open: false })
}

/** It is decided, or there is nothing to decide any more. */
export function forgetOnDisk(): void {
  onDisk.setState({ asked: undefined, open: false })
}
