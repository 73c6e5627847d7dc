/** Results as they stand in docs/interop.md: the same results give the same text, so that a difference is one of substance. */

/** One thing that was tried. */
export interface Result {
  readonly feature: string
  readonly item: string
  readonly ok: boolean
  /** What was seen where it is not as expected. */
  readonly said: string
}

/** One program against another: a column of the table. */
export interface Column {
  readonly title: string
  readonly results: readonly Result[]
}

/** A table with a row for each feature: how many of the checks succeeded. */
export function markdownTable(columns: readonly Column[]): string {
  const features = [...new Set(columns.flatMap(({ results }) => results.map(({ feature }) => feature)))]
  const rows = features.map((feature) => [feature, ...columns.map(({ results }) => cell(results, feature))])
  const head = ['', ...columns.map(({ title }) => title)]
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cell(results: readonly Result[], feature: string): string {
  const tried = results.filter((result) => result.feature === feature)
  if (tried.length === 0) return '–'
  const good = tried.filter(({ ok }) => ok).length
  return good === tried.length ? `${good} ✓` : `**${tried.length - good} of ${tried.length} FAILED**`
}

/** The document with what stands between two markers replaced. Throws where the markers are missing. */
export function withTable(document: string, name: string, table: string): string {
  const begin = `<!-- ${name}: made by npm run interop -->`
  const end = `<!-- end of ${name} -->`
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  if (from < 0 || to < from)
    throw new Error(`interop: docs/interop.md has no place "${name}"; put ${begin} and ${end} back`)
  return `${document.slice(0, from + begin.length)}\n${table}\n${document.slice(to)}`
}
