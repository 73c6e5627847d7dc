import { extname } from 'node:path'
import type { FileQuestion } from '#main/host'

/** The path with the ending of what was asked for, where it has none: the dialogs of Linux add no ending by themselves. */
export function withEnding(path: string, { kinds }: Pick<FileQuestion, 'kinds'>): string {
  const ending = kinds?.[0]?.[1][0]
  return ending === undefined || extname(path) !== '' ? path : `${path}.${ending}`
}
