/** `npm run bench [-- plc|mqtt|valkey|kafka|writes|latency|load|outage|window …] [--json] [--docs] [--rounds N]` */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { figure, reached, withMeasured } from './docs.ts'
import { kafka } from './kafka.ts'
import { latency } from './latency.ts'
import { load } from './load.ts'
import { type Benchmark, type Row, root } from './measure.ts'
import { mqtt } from './mqtt.ts'
import { outage } from './outage.ts'
import { plc } from './plc.ts'
import { valkey } from './valkey.ts'
import { window } from './window.ts'
import { writes } from './writes.ts'

const benchmarks: Readonly<Record<string, Benchmark>> = {
  plc,
  mqtt,
  valkey,
  kafka,
  writes,
  latency,
  load,
  outage,
  window,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
  },
})
const wanted = positionals.length > 0 ? positionals : Object.keys(benchmarks)
const unknown = wanted.find((name) => !benchmarks[name])
if (unknown !== undefined) {
  process.stderr.write(`bench: "${unknown}" is not known; expected ${Object.keys(benchmarks).join(', ')}\n`)
  process.exit(64)
}
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(`bench: --rounds ${values.rounds}: expected a whole number from 1\n`)
  process.exit(64)
}

// What is measured goes to standard output, its progress beside it.
const say = (text: string) => void process.stderr.write(`${text}\n`)
const results: Record<string, readonly Row[]> = {}
for (const name of wanted) {
  try {
    const rows = await (benchmarks[name] as Benchmark)({ rounds, say })
    results[name] = rows
    if (!values.json) for (const row of rows) process.stdout.write(`${rowText(name, row)}\n`)
    if (values.docs) writeDocs(name, rows)
  } catch (error) {
    // What the others measure is worth having all the same.
    say(`bench: ${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    process.exitCode = 1
  }
}
if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)

function writeDocs(name: string, rows: readonly Row[]) {
  const file = join(root, 'docs/performance.md')
  writeFileSync(file, withMeasured(readFileSync(file, 'utf8'), name, rows))
}

function rowText(name: string, row: Row): string {
  const { what, unit, must } = row
  const met = reached(row) ? 'reached' : 'NOT reached'
  const goal = must ? `  (goal: ${must.is} ${must.limit.toLocaleString('en')}: ${met})` : ''
  return `${name.padEnd(8)} ${what.padEnd(64)} ${figure({ ...row, unit: '' }).padStart(10)} ${unit}${goal}`
}
