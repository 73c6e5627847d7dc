import { describe, expect, it } from 'vitest'
import { random } from '#scripts/fuzz/config-mutations'
import type { ConfigEdit } from '#shared/contract/edits'
import { changeText } from './change-text.ts'
import { excerptOf } from './excerpt.ts'
import { parseConfig } from './parse.ts'

const tagLines = (i: number) =>
  [
    ...(i % 5 === 0 ? ['', `      # about ${i}`] : []),
    i % 7 === 3 ? `      -   {name: T${i},   min: ${i}}` : `      - name: T${i}   # tag ${i}`,
    ...(i % 7 !== 3 && i % 2 === 0 ? [`        writable:  true`] : []),
  ].join('\n')

const file = (count: number) =>
  `# the site
namespace: n      # ours
plcs:
  - name: P
    address: 'h'
    tags:
${Array.from({ length: count }, (_, i) => tagLines(i)).join('\n')}
  - name: Q     # other
    address: i
    tags:
      - name: T1
      - name: T2
      - name: T3
mqtt: [ {name: M, broker: h} ]
`

const made = (text: string, ...edits: ConfigEdit[]) => {
  const outcome = changeText(text, 'c', edits)
  return outcome.ok ? outcome.text : outcome.error
}

describe('an excerpt of the tags that an edit names', () => {
  it('has those tags alone, and comes back letter by letter', () => {
    const text = file(2_000)
    const excerpt = excerptOf(text, [{ kind: 'set-tags', plc: 'P', tags: [{ name: 'T700', keys: { max: 3 } }] }])
    expect(excerpt?.text).toContain('name: T700')
    expect(excerpt?.text.split('\n').length).toBeLessThan(25)
    expect(excerpt?.restore(excerpt.text)).toBe(text)
  })

  it('leaves every other line of the file as it is', () => {
    const text = file(2_000)
    expect(made(text, { kind: 'set-tags', plc: 'P', tags: [{ name: 'T701', keys: { writable: true } }] })).toBe(
      text.replace('- name: T701   # tag 701\n', '- name: T701   # tag 701\n        writable: true\n'),
    )
    expect(made(text, { kind: 'set', keys: { site: 'Hall' } })).toBe(`${text}site: Hall\n`)
    const crlf = text.replaceAll('\n', '\r\n')
    expect(made(crlf, { kind: 'set-plc', plc: 'Q', keys: { slot: 3 } })).toBe(
      crlf.replace('      - name: T3\r\n', '      - name: T3\r\n    slot: 3\r\n'),
    )
  })

  it('keeps the comment of a tag that stays, and takes away that of one that goes', () => {
    const without = made(file(100), { kind: 'remove-tags', plc: 'P', tags: ['T50', 'T51'] })
    expect(without).not.toContain('about 50')
    expect(without).toContain('      # about 55\n')
    expect(parseConfig(without, 'c')).toMatchObject({ ok: true })
  })

  it('says what is there already and what is not', () => {
    expect(made(file(100), { kind: 'add-tags', plc: 'P', tags: [{ name: 'T40' }] })).toContain('"T40" is there already')
    expect(made(file(100), { kind: 'remove-tags', plc: 'P', tags: ['T400'] })).toContain('there is no "T400"')
    expect(made(file(100), { kind: 'remove-plc', plc: 'R' })).toContain('there is no "R"')
  })

  it('gives what the edit of the whole file gives, whatever is changed', () => {
    const next = random(11)
    const at = (length: number) => Math.floor(next() * length)
    const names = () => [...new Set(Array.from({ length: 1 + at(6) }, () => `T${at(60)}`))]
    const anyEdit = (): ConfigEdit => {
      const plc = 'P'
      switch (at(6)) {
        case 0:
          return { kind: 'set-tags', plc, tags: names().map((name) => ({ name, keys: { max: at(900) + 100 } })) }
        case 1:
          return { kind: 'add-tags', plc, tags: names().map((name) => ({ name: `New_${name}`, writable: true })) }
        case 2:
          return { kind: 'remove-tags', plc, tags: names() }
        case 3:
          return { kind: 'set-plc', plc, keys: { slot: at(9) } }
        case 4:
          return { kind: 'set-tags', plc: 'Q', tags: [{ name: 'T2', keys: { alias: `Alias${at(9)}` } }] }
        default:
          return { kind: 'remove-plc', plc: 'Q' }
      }
    }
    // An anchor anywhere, and the text is edited as a whole.
    const text = file(60)
    const whole = text.replace('namespace: n ', 'namespace: &n n ')
    let same = 0
    for (let i = 0; i < 80; i++) {
      const edits = Array.from({ length: 1 + at(2) }, anyEdit)
      const [short, long] = [made(text, ...edits), made(whole, ...edits)]
      expect(excerptOf(whole, edits)).toBeUndefined()
      expect(short, JSON.stringify(edits)).toBe(long.replace('&n ', ''))
      if (short.includes('namespace')) same++
    }
    expect(same).toBeGreaterThan(30)
  }, 60_000)
})
