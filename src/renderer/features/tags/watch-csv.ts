/** A watch list as CSV: `plc,tag`, one tag a line. Pure. */
import { mostTagsInList, type WatchedTag } from '#renderer/site/preferences'
import { longestTagAddress } from '#shared/contract/tags'

export function watchListCsv(tags: readonly WatchedTag[]): string {
  const lines = tags.map(({ plc, address }) => `${quoted(plc)},${quoted(address)}`)
  return `${['plc,tag', ...lines].join('\r\n')}\r\n`
}

function quoted(text: string): string {
  // A leading = + - @ would be a formula to a spreadsheet.
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export interface ReadList {
  readonly tags: readonly WatchedTag[]
  /** Lines that could not be read, with their number. */
  readonly errors: readonly string[]
}

/** Reads what `watchListCsv` wrote, or what a spreadsheet made of it (`;` in place of `,`). */
export function readWatchList(text: string): ReadList {
  const tags: WatchedTag[] = []
  const errors: string[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  lines.forEach((line, i) => {
    if (line.trim() === '') return
    const [plc = '', address = ''] = fields(line)
    if (i === 0 && plc.toLowerCase() === 'plc') return
    if (plc === '' || address === '') errors.push(`Line ${i + 1}: write a PLC and a tag, with a comma between them.`)
    else if (address.length > longestTagAddress)
      errors.push(`Line ${i + 1}: the tag has ${address.length} characters; at most ${longestTagAddress} can be read.`)
    else if (tags.length >= mostTagsInList)
      errors.push(`Line ${i + 1}: a list holds ${mostTagsInList} tags; this one is left out.`)
    else if (!tags.some((tag) => tag.plc === plc && tag.address === address)) tags.push({ plc, address })
  })
  return { tags, errors }
}

function fields(line: string): string[] {
  const separator = line.includes(',') ? ',' : ';'
  const pattern = new RegExp(`(?:^|${separator})(?:"((?:[^"]|"")*)"|([^${separator}]*))`, 'g')
  return [...line.matchAll(pattern)].map(([, inQuotes, plain]) =>
    (inQuotes?.replaceAll('""', '"') ?? plain ?? '').trim().replace(/^'(?=[=+\-@])/, ''),
  )
}
