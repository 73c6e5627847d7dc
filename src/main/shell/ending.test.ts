import { expect, test } from 'vitest'
import { withEnding } from './ending.ts'

test('a name without an ending gets the one that was asked for; any other stays', () => {
  const yaml = { kinds: [['YAML', ['yaml', 'yml']]] } as const
  expect(withEnding('/plant/site', yaml)).toBe('/plant/site.yaml')
  expect(withEnding('/plant.b/site', yaml)).toBe('/plant.b/site.yaml')
  for (const path of ['/plant/site.yaml', '/plant/site.yml', '/plant/site.txt'])
    expect(withEnding(path, yaml)).toBe(path)
  expect(withEnding('/plant/site', {})).toBe('/plant/site')
})
