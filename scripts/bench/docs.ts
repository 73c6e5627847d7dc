/** What was measured as tables of docs/performance.md, between their markers. */
import type { Row } from './measure.ts'

/** The document with the table of one benchmark replaced. Throws where its markers are missing. */
export function withMeasured(document: string, name: string, rows: readonly Row[]): string {
  const begin = `<!-- ${name}: written by npm run bench -- ${name} --docs -->`
  const end = `<!-- end of ${name} -->`
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  if (from < 0 || to < from)
    throw new Error(`bench: docs/performance.md has no place for "${name}"; put ${begin} and ${end} back`)
  const table = name === 'plc' ? plcTable(rows) : plainTable(rows)
  return `${document.slice(0, from + begin.length)}\n${table}\n${document.slice(to)}`
}

/** A figure with its unit, as people read it. */
export function figure({ value, unit }: Pick<Row, 'value' | 'unit'>): string {
  const number = Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2)
  return unit === '' ? number : `${number} ${unit}`
}

/** Whether the goal of a row was reached; undefined where it has none. */
export function reached({ value, must }: Row): boolean | undefined {
  if (!must) return undefined
  return must.is === 'at least' ? value >= must.limit : value <= must.limit
}

function plainTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const goal = row.must ? `${row.must.is} ${row.must.limit.toLocaleString('en')}` : ''
    return [row.what, figure(row), goal, { true: 'yes', false: '**no**', undefined: '' }[String(reached(row))] ?? '']
  })
  return markdown(['', 'measured', 'goal', 'reached'], lines)
}

/** One line for each load and packet time: rates, and what they are of the raw poller and the fastest client. */
function plcTable(rows: readonly Row[]): string {
  const byWhat = new Map(rows.map((row) => [row.what, row]))
  const points = rows.flatMap(({ what }) => / ms, 1 conn\.$/.exec(what)?.input.replace(', 1 conn.', '') ?? [])
  const shown = (what: string) => {
    const row = byWhat.get(what)
    if (!row) return '–'
    const text = row.unit === '×' ? row.value.toFixed(2) : Math.round(row.value).toLocaleString('en')
    return reached(row) === false ? `**${text}**` : text
  }
  const columns = (point: string, suffix: string) =>
    [1, 2, 4].map((n) => shown(`${point}, ${n} conn.${suffix}`)).join(' / ')
  return markdown(
    ['', 'driver, tags/s at 1 / 2 / 4 connections', 'to raw', 'to the fastest client', 'pycomm3', 'pylogix'],
    points.map((point) => [
      point,
      columns(point, ''),
      columns(point, ', to raw'),
      columns(point, ', to the fastest client'),
      shown(`${point}, pycomm3`),
      shown(`${point}, pylogix`),
    ]),
  )
}

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
