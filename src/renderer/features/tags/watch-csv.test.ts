import { expect, test } from 'vitest'
import { readWatchList, watchListCsv } from './watch-csv.ts'

test('a list comes back as it was, whatever its names contain', () => {
  const tags = [
    { plc: 'Main PLC', address: 'Tank_1.Level' },
    { plc: 'A, "B"', address: 'Grid[1,2]' },
    { plc: '=cmd', address: 'X' },
  ]
  expect(readWatchList(watchListCsv(tags))).toEqual({ tags, errors: [] })
  expect(watchListCsv(tags)).not.toMatch(/^=/m)
})

test('a line with a tag too long to be read is told and left out', () => {
  const { tags, errors } = readWatchList(`plc,tag\nMain PLC,Level\nMain PLC,${'x'.repeat(401)}\n`)
  expect(tags).toEqual([{ plc: 'Main PLC', address: 'Level' }])
  expect(errors).toEqual(['Line 3: the tag has 401 characters; at most 400 can be read.'])
})

test('semicolons and a byte order mark of a spreadsheet are fine; bad lines are told by their number', () => {
  expect(readWatchList('\uFEFFplc;tag\r\nMain PLC;Level\r\n\r\nalone\r\n')).toEqual({
    tags: [{ plc: 'Main PLC', address: 'Level' }],
    errors: ['Line 4: write a PLC and a tag, with a comma between them.'],
  })
})
