import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mutate, random } from '#scripts/fuzz/config-mutations'
import { sameData } from '#shared/same-data'
import { isGroup } from './data.ts'
import { readPlainYaml } from './plain-yaml.ts'
import { readYaml } from './yaml-text.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}.yaml`, import.meta.url), 'utf8')

/** As a table of cases: what the plain reader says must be what all of YAML says. */
const plainTexts = [
  'a: 1\nb: -2.5\nc: 007\nd: 0x1F\ne: 1e3\ng: 1_000\nh: 5.\ni: 12345678901234567890\n',
  'a: true\nb: True\nc: yes\nd: null\n',
  'a: true\nb: no\nc: "true"\nd: \'5\'\ne:\nf: 10.0.0.1:44818\ng: 1m30s\n',
  'a: Program:Main.Counter\nb: Arr[3]\nc: "x # y" # z\n',
  `a: \${secret:mqtt/Central}\nb: /etc/ca.pem # c\nc: Gebäude 3\nd: a, b\n`,
  'a:\n- 1\n- b: 2\n  c: 3\n-\n  d: 4\n-\nb: [1, two, "3", [4], h:1, a:b:c]\nc: {x: 1, y: {z: [true]}}\nd: [ ]\ne: { }\n',
  '# c\n\na: # d\n   # e\n   b: 1\n# f\n   c: 2\n',
  'a:\n  - name: x\n\n    # c\n    tags:\n    - n: 1\n    - n: 2\n  - name: y\nb: z\n',
]

const otherTexts = [
  'a: .5\n',
  'a: +5\n',
  'a: ~\n',
  'a: x#\n',
  'a: b\r',
  'a: b\n\r',
  'a: &x 1\n',
  'a: *x\n',
  'a: |\n  b\n',
  'a: b\n  c\n',
  'a: b: c\n',
  'a: 1\na: 2\n',
  ' a: 1\n',
  'a: 1\n  b: 2\n',
  'a:\n  - 1\n - 2\n',
  'a: "x\n  y"\n',
  'a:\tb\n',
  '- - 1\n',
  '---\na: 1\n',
  'a: !x 1\n',
  'a: [1,\n 2]\n',
  '? a\n: b\n',
  'a: "b" c\n',
  'a: {b}\n',
  '<<: 1\n',
  'null: 1\n',
  '',
]

describe('the plain part of YAML', () => {
  it('reads what is plain as all of YAML does', () => {
    for (const text of plainTexts) {
      const whole = readYaml(text).data
      expect(whole, text).toBeDefined()
      expect(readPlainYaml(text)?.data, text).toEqual(whole)
    }
  })

  it('leaves everything else to the whole parser', () => {
    for (const text of otherTexts) expect(readPlainYaml(text), text).toBeUndefined()
  })

  it('reads the files of our examples, with any line ends', () => {
    for (const name of ['guide-factory-a', 'guide-factory-b', 'guide-selectors']) {
      const text = fixture(name)
      for (const variant of [text, `\uFEFF${text}`, text.replaceAll('\n', '\r\n')])
        expect(readPlainYaml(variant)?.data, name).toEqual(readYaml(variant).data)
    }
  })

  it('never reads a mutated file as something else than it says', () => {
    const next = random(20_261_125)
    const texts = [...plainTexts, fixture('guide-selectors'), fixture('every-key')]
    let read = 0
    for (let i = 0; i < 4_000; i++) {
      const text = mutate(texts[i % texts.length] ?? '', next)
      const plain = readPlainYaml(text)
      if (!plain) continue
      read++
      const whole = readYaml(text)
      expect(whole.problems.list(), JSON.stringify(text)).toEqual([])
      expect(sameData(plain.data, whole.data), JSON.stringify(text)).toBe(true)
    }
    expect(read).toBeGreaterThan(500)
  }, 60_000)

  it('is through with a hostile text at once', () => {
    const spaces = ' '.repeat(1_000_000)
    for (const text of [
      `a: b${spaces}c\n`,
      `a: [b${spaces}c]\n`,
      `a: "b"${spaces}c\n`,
      `a: b${spaces}#c\n`,
      `${'a:'.repeat(500_000)}\n`,
    ])
      expect(Array.isArray(readPlainYaml(text)?.data)).toBe(false)
    expect(readPlainYaml('- '.repeat(100_000))).toBeUndefined()
    expect(readPlainYaml(`a: ${'['.repeat(100_000)}`)).toBeUndefined()
  })

  it('tells the lines of each item of a list', () => {
    const plain = readPlainYaml('l:\n  - a: 1\n    # own\n    b: 2\n\n  # of the next\n  - 3\n  -\n    c: 4\n')
    const list = isGroup(plain?.data) ? plain.data.l : undefined
    expect(Array.isArray(list) && plain?.spansOf(list)).toEqual([
      { first: 1, last: 3 },
      { first: 6, last: 6 },
      { first: 7, last: 8 },
    ])
  })
})
