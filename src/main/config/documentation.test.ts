import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tankLineProgram } from '#main/plcs/simulator/tank-line'
import { aclLines } from '#shared/acl'
import { services } from '#shared/broker'
import { parseConfig } from './parse.ts'
import { schemaKeys } from './schema.ts'

const root = new URL('../../../', import.meta.url)
const guide = readFileSync(new URL('docs/configuration.md', root), 'utf8')

describe('the documentation of the configuration', () => {
  it.each(Object.entries(schemaKeys))('names every key of "%s"', (_where, keys) => {
    for (const key of keys) expect(guide).toMatch(new RegExp(`\`${key}\`|\\b${key}: |[{ ]${key}[,}]`))
  })

  it('shows examples that load', () => {
    const examples = [...guide.matchAll(/```yaml\n(.*?)```/gs)]
      .map(([, text]) => text ?? '')
      .filter((text) => !text.startsWith('mqtt/'))
    expect(examples.length).toBeGreaterThanOrEqual(3)
    for (const text of examples) {
      const whole = text.includes('namespace:') ? text : `namespace: n\n${text}`
      const parsed = parseConfig(whole, 'docs')
      expect(parsed.ok ? parsed.warnings : parsed.problems, text).toEqual([])
    }
  })
})

describe('the access rules of the documentation', () => {
  const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)]
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(new URL(name, root), 'utf8'))
    .join('\n')
  const made = services.flatMap((service) => aclLines(service, 'factory-a', '', 'gateway'))

  it('are those that the window makes', () => {
    const lines = new Set(pages.split('\n').map((line) => line.trim()))
    expect(made.filter((line) => !lines.has(line))).toEqual([])
  })

  it('are no others: one written by hand gives a gateway too little, or a site the data of all', () => {
    const rule = /ACL SETUSER .*|kafka-acls .*|\btopic (read|write|readwrite) .*|[~&]factory-a\S* \+.*/g
    expect(pages.match(rule)?.filter((text) => !made.some((line) => line.includes(text)))).toEqual([])
  })
})

describe('the configurations that come with the program', () => {
  const folder = new URL('resources/', root)
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

  it('are at least the two of the guide and the demo', () => {
    expect(files).toEqual(expect.arrayContaining(['demo.yaml', 'factory-a.yaml', 'factory-b.yaml']))
  })

  it.each(files)('%s loads without a remark', (name) => {
    const parsed = parseConfig(readFileSync(new URL(name, folder), 'utf8'), name)
    expect(parsed.ok ? parsed.warnings : parsed.problems).toEqual([])
  })

  it('demo.yaml names tags the simulated program has', () => {
    const parsed = parseConfig(readFileSync(new URL('demo.yaml', folder), 'utf8'), 'demo')
    const tags = parsed.ok ? parsed.config.plcs.flatMap((plc) => plc.tags) : []
    const roots = new Set(tankLineProgram().tags.map(({ name }) => name))
    const rootOf = (name: string) => /^(?:Program:\w+\.)?\w+/.exec(name)?.[0] ?? ''
    expect(tags.filter(({ name }) => !roots.has(rootOf(name))).map(({ name }) => name)).toEqual([])
    expect(tags.length).toBeGreaterThan(25)
  })
})
