import { expect, test } from 'vitest'
import { durationProblem } from './durations.ts'

test('what the file would not take as a duration is told while it is typed', () => {
  for (const good of ['500ms', '2s', '1m30s', '1.5s', ' 2s ']) expect(durationProblem(good)).toBeUndefined()
  for (const bad of ['', '2', 's', '2 s', 'fast', '30s1m']) expect(durationProblem(bad)).toBeDefined()
})
