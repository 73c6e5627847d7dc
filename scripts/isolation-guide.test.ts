/** docs/isolation.md: every entry of the guide has its check and its message, and they exist; exit codes and limits too. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { verifyCodes } from '#main/commands/verify-help'
import { checks, limits } from '#shared/isolation-run'

const document = readFileSync('docs/isolation.md', 'utf8')
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|fixture/.test(name))
  .map((name) => readFileSync(join('src', name), 'utf8'))
  .join('\n')

/** The guide's own words, by entry. */
const entries = [
  /Checklist: each instance has a unique `namespace`/,
  /Checklist: documentation records which namespace belongs to which site/,
  /Checklist: monitoring dashboards filter by namespace/,
  /Checklist: write request senders know which namespace to target/,
  /Without namespacing, MQTT/,
  /Without namespacing, Valkey\/Redis/,
  /Without namespacing, Kafka/,
  /Troubleshooting: write executed on wrong instance/,
  /Troubleshooting: write not executed anywhere, wrong namespace in the topic or queue name/,
  /Troubleshooting: write not executed anywhere, wrong namespace in the JSON payload/,
  /Troubleshooting: write not executed anywhere, tag not marked as `writable: true`/,
  /Troubleshooting: write not executed anywhere, PLC not connected/,
  /Troubleshooting: duplicate tag publications/,
]
const [, section = ''] = document.split('## What the guide asks, and where it is answered')
const rows = section
  .split('\n## ')[0]
  ?.split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| the guide'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))

it.each(entries)("the guide's entry %s has a row with its checks and its message", (entry) => {
  const row = rows?.find(([what = '']) => entry.test(what))
  expect(row).toHaveLength(3)
  for (const named of row?.[1]?.split(', ') ?? []) {
    const check = checks.find(({ number, title }) => `${number} ${title}` === named)
    expect(check, named).toBeDefined()
  }
})

it('messages of the table are texts of the program', () => {
  const messages = (rows ?? []).flatMap(([, , text = '']) =>
    [...text.matchAll(/`([^`]+)`/g)].map(([, one = '']) => one),
  )
  expect(messages.length).toBeGreaterThan(10)
  for (const message of messages) {
    if (message.startsWith('warlink ') || message === 'site') continue
    expect(sources.includes(message), `"${message}" is nowhere in src`).toBe(true)
  }
})

it('exit codes of warlink verify and the limits stand there as the program says them', () => {
  for (const [code, text] of verifyCodes) expect(document).toContain(`| ${code} | ${text} |`)
  for (const limit of limits) expect(document).toContain(`- ${limit}`)
})
