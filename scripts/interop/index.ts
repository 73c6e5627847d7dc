/** `npm run interop [-- --check]`: our simulator and our driver against clients and a server of others. */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { asError } from '#main/link'
import { runClient } from './clients.ts'
import { runDriver } from './cpppo.ts'
import { type Column, markdownTable, withTable } from './table.ts'
import { makePython, pinnedVersion } from './venv.ts'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const file = resolve(import.meta.dirname, '../../docs/interop.md')
const say = (text: string) => void process.stderr.write(`${text}\n`)
/** Exit codes: something failed; the table in the file is another one; Python is missing. */
const failed = 1
const differs = 2
const missing = 3

async function column(title: string, run: () => ReturnType<typeof runDriver>): Promise<Column> {
  const begun = performance.now()
  const results = await run().catch((error: unknown) => [
    { feature: 'the run itself', item: title, ok: false, said: asError(error).message },
  ])
  const bad = results.filter(({ ok }) => !ok)
  say(
    `interop: ${title}: ${results.length - bad.length} of ${results.length} (${((performance.now() - begun) / 1000).toFixed(1)} s)`,
  )
  for (const { feature, item, said } of bad) say(`interop: ${title}: ${feature}: ${item}: ${said}`)
  return { title, results }
}

async function main(): Promise<number> {
  let python: string
  try {
    python = makePython(say)
  } catch (error) {
    say(asError(error).message)
    return missing
  }
  const ofSimulator: Column[] = []
  for (const client of ['pycomm3', 'pylogix'] as const) {
    for (const [profile, kind] of [
      ['logix5580', '4002 bytes'],
      ['enbt', '500 bytes'],
    ] as const) {
      const title = `${client} ${pinnedVersion(client)}, ${kind}`
      ofSimulator.push(await column(title, () => runClient(python, client, profile)))
    }
  }
  const ofDriver = [await column(`cpppo ${pinnedVersion('cpppo')}`, () => runDriver(python))]
  const before = readFileSync(file, 'utf8')
  const tables = [
    ['simulator', markdownTable(ofSimulator)],
    ['driver', markdownTable(ofDriver)],
  ] as const
  const after = tables.reduce((text, [name, table]) => withTable(text, name, table), before)
  for (const [, table] of tables) process.stdout.write(`${table}\n\n`)
  const good = [...ofSimulator, ...ofDriver].every(({ results }) => results.every(({ ok }) => ok))
  if (!values.check) {
    if (after !== before) writeFileSync(file, after)
  } else if (after !== before) {
    say('interop: docs/interop.md has another table; run npm run interop and commit it')
    return good ? differs : failed
  }
  return good ? 0 : failed
}

process.exitCode = await main()
