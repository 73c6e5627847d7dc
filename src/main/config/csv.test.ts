import { describe, expect, it } from 'vitest'
import { readTagCsv, tagsToCsv } from './csv.ts'
import { importCsv } from './csv-import.ts'
import { parseConfig } from './parse.ts'

const text = `namespace: n
plcs:
  - name: Main PLC
    address: h
    tags:
      - {name: Level, alias: "Tank, left", writable: true, min: 0, max: 99.5}
      - {name: Mode, enum: [1, 2], ignore_changes: [Ticks]}   # kept
      - {name: Off, enabled: false, no_kafka: true}
  - {name: Press, address: i}
`

const plcs = () => {
  const parsed = parseConfig(text, 'c')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config.plcs
}
const read = (csv: string) => readTagCsv(csv, plcs())
const told = (csv: string) => read(csv).rows.map(({ line, what, text: why }) => `${line} ${what} ${why}`.trim())

describe('tags as CSV', () => {
  it('come back from a spreadsheet as they went out', () => {
    const csv = tagsToCsv(plcs())
    expect(csv.split('\r\n')[1]).toBe('Main PLC,Level,"Tank, left",true,true,0,99.5,,,false,false,false')
    for (const same of [csv, `\uFEFF${csv}`, csv.replaceAll('\r\n', '\n')]) {
      expect(read(same)).toMatchObject({ edits: [], rows: [{ what: 'same' }, { what: 'same' }, { what: 'same' }] })
    }
  })

  it('change nothing by a column that is not there, and remove a key by an empty cell', () => {
    const { rows, edits } = read('plc,tag,max\nMain PLC,Level,\n')
    expect(rows).toEqual([{ line: 2, plc: 'Main PLC', tag: 'Level', what: 'change', text: 'max: 99.5 → none' }])
    expect(edits).toEqual([{ kind: 'set-tags', plc: 'Main PLC', tags: [{ name: 'Level', keys: { max: null } }] }])
  })

  it('are read with semicolons, with headings in any order and case, and with true and false as people write them', () => {
    const { edits } = read('Tag;PLC;WRITABLE;enum\nMode;Main PLC;yes;1|2|three\nNew;Press;0;\n')
    expect(edits).toEqual([
      { kind: 'set-tags', plc: 'Main PLC', tags: [{ name: 'Mode', keys: { writable: true, enum: [1, 2, 'three'] } }] },
      { kind: 'set-tags', plc: 'Press', tags: [{ name: 'New', keys: { writable: false } }] },
    ])
  })

  it('say on which line what is wrong, and ask for none of those rows', () => {
    const csv = [
      'plc,tag,alias,writable,min,enum',
      'main plc,Level,,,,',
      'Main PLC,9th,,,,',
      'Main PLC,Level,a#b,,,',
      'Main PLC,Mode,,maybe,,',
      'Main PLC,Off,,,"1,5",',
      'Press,A,,,,"[1,{}]"',
      'Press,B,,true,,',
      'Press,b,,true,,',
    ].join('\n')
    const { rows, edits } = read(csv)
    expect(rows.map(({ line, what }) => `${line} ${what}`)).toEqual([
      ...['2 error', '3 error', '4 error', '5 error', '6 error', '7 error', '8 add', '9 error'],
    ])
    const texts = rows.map((row) => row.text)
    expect(texts[0]).toContain('there is no PLC "main plc"')
    expect(texts[1]).toContain('tag: ')
    expect(texts[3]).toContain('writable: expected true or false, found "maybe"')
    expect(texts[4]).toContain('decimal point')
    expect(texts[5]).toContain('enum: expected a list')
    expect(texts[7]).toContain('stands on line 8 already')
    expect(edits).toEqual([{ kind: 'set-tags', plc: 'Press', tags: [{ name: 'B', keys: { writable: true } }] }])
  })

  it('say what is wrong with a file that is no table of tags', () => {
    expect(told('')).toEqual([
      '1 error The file is empty. Expected a heading with plc and tag, then a row for each tag.',
    ])
    expect(told('plc,name\n')[0]).toMatch(/no column name\. Columns are plc, tag,/)
    expect(told('tag\nA\n')[0]).toMatch(/column plc is missing/)
    expect(told('plc,tag\nMain PLC,"Level\n')[0]).toMatch(/^1 error Not CSV.*UTF-8/)
  })
})

describe('an import', () => {
  it('makes a text with all of the rows, and keeps what it does not name', () => {
    const { report, made } = importCsv(text, 'c', 'plc,tag,max\nMain PLC,Level,50\nPress,Ram,\n')
    expect(report.counts).toEqual({ add: 1, change: 1, same: 0, error: 0 })
    expect(made?.ok && made.text).toContain('ignore_changes: [Ticks]}   # kept')
    expect(made?.ok && made.parsed).toMatchObject({
      config: { plcs: [{ tags: [{ max: 50 }, {}, {}] }, { tags: [{ name: 'Ram' }] }] },
    })
  })

  it('makes nothing where one row is wrong, alone or beside others', () => {
    const alone = importCsv(text, 'c', 'plc,tag,max\nMain PLC,Level,50\nPress,Ram,x\n')
    expect(alone).toMatchObject({ report: { counts: { change: 1, error: 1 } } })
    expect(alone.made).toBeUndefined()
    const together = importCsv(text, 'c', 'plc,tag,alias\nMain PLC,Mode,off\n')
    expect(together.made).toBeUndefined()
    expect(together.report.rows[0]).toMatchObject({ what: 'error', text: expect.stringContaining('already the name') })
  })

  it('makes nothing where nothing would change, and says so of a file with mistakes', () => {
    expect(importCsv(text, 'c', 'plc,tag,max\nMain PLC,Level,99.5\n')).toEqual({
      report: { rows: [], counts: { add: 0, change: 0, same: 1, error: 0 } },
    })
    const broken = importCsv('namespace: [', 'c', 'plc,tag\n')
    expect(broken.report.rows[0]?.text).toContain('Mend them first')
  })
})
