import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carryOver, lineDiff, matchLines } from './line-diff.ts'

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })

describe('differences by lines', () => {
  it('match equal lines only, in order, and as many as there are in common', () => {
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        const pairs = matchLines(a, b) ?? []
        let [i, j] = [-1, -1]
        for (const [x, y] of pairs) {
          expect(a[x]).toBe(b[y])
          expect(x > i && y > j).toBe(true)
          ;[i, j] = [x, y]
        }
        expect(pairs.length).toBe(longestCommon(a, b))
      }),
    )
  })

  it('lead from the old text to the new one', () => {
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        const diff = lineDiff(a.join('\n'), b.join('\n'), 100)
        const texts = (kind: string) =>
          diff.filter((line) => line.kind === kind || line.kind === 'same').map(({ text }) => text)
        const [old, fresh] = [a.length > 0 ? a : [''], b.length > 0 ? b : ['']]
        if (old.join('\n') !== fresh.join('\n')) expect([texts('removed'), texts('added')]).toEqual([old, fresh])
        else expect(diff).toEqual([])
      }),
    )
  })

  it('carry an edit over to another layout: nothing edited, nothing changed', () => {
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        const [plain, edited] = [a.join('\n'), b.join('\n')]
        const original = plain.replaceAll('a', '  a ')
        expect(carryOver(original, plain, plain)).toBe(original)
        expect(carryOver(plain, plain, edited)).toBe(edited)
      }),
    )
  })

  it('find their way through thousands of differences by the lines that stand once in both', () => {
    const tags = (extra: string) =>
      Array.from({ length: 4_000 }, (_, i) => `- name: T${i}\n  min: 0\n  ${extra}`).join('\n')
    const [plain, edited] = [tags('max: 1'), tags('max: 2\n  writable: true')]
    expect(lineDiff(plain, edited).filter(({ kind }) => kind !== 'same')).toHaveLength(12_000)
    const original = plain.replaceAll('min: 0', 'min:   0 ')
    expect(carryOver(original, plain, edited)).toBe(edited.replaceAll('min: 0', 'min:   0 '))
  })

  it('carry over as many new lines as a site has tags', () => {
    const many = Array.from({ length: 200_000 }, (_, i) => `  - ${i}`).join('\n')
    expect(carryOver('l:\n  -  a\n', 'l:\n  - a\n', `l:\n  - a\n${many}\n`)).toBe(`l:\n  -  a\n${many}\n`)
  })

  it('give up on texts with too little in common instead of filling the memory', () => {
    const many = (word: string) => Array.from({ length: 5_000 }, (_, i) => `${word}${i}`)
    expect(matchLines(many('a'), many('b'))).toBeUndefined()
    expect(lineDiff(many('a').join('\n'), many('b').join('\n'))).toHaveLength(10_000)
  })
})

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = Array<number>(b.length + 1).fill(0)
  for (const left of a) {
    const next = [0]
    for (const [j, right] of b.entries())
      next.push(left === right ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0))
    row = next
  }
  return row[b.length] ?? 0
}
