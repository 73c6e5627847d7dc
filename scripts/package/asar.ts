/** Reads an asar archive: what Electron loads an application from. */
import { readFileSync } from 'node:fs'

interface Entry {
  readonly files?: Readonly<Record<string, Entry>>
  readonly offset?: string
  readonly size?: number
}

export interface Asar {
  /** Paths of its files, with `/` between. */
  readonly files: readonly string[]
  /** Rejects unknown names. */
  read(path: string): Buffer
}

/** The header is a pickle of Chromium: four lengths of 4 bytes, then JSON; the files follow at a multiple of 4. */
export function openAsar(path: string): Asar {
  const bytes = readFileSync(path)
  const headerBytes = bytes.readUInt32LE(4)
  const header = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12))) as Entry
  const found = new Map<string, Entry>()
  function walk(folder: Entry, before: string) {
    for (const [name, entry] of Object.entries(folder.files ?? {})) {
      if (entry.files) walk(entry, `${before}${name}/`)
      else found.set(`${before}${name}`, entry)
    }
  }
  walk(header, '')
  return {
    files: [...found.keys()],
    read: (name) => {
      const { offset, size } = found.get(name) ?? {}
      if (offset === undefined || size === undefined) throw new Error(`${path}: there is no ${name} in it`)
      const start = 8 + headerBytes + Number(offset)
      return bytes.subarray(start, start + size)
    },
  }
}
