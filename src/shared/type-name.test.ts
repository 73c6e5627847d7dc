import { expect, test } from 'vitest'
import { type DataType, typeName } from './plc.ts'
import { typeOfName, typeOfReading } from './type-name.ts'

test('a name is told apart as it is put together', () => {
  const types: DataType[] = [
    { kind: 'atomic', name: 'REAL' },
    { kind: 'string', name: 'STRING', capacity: 82 },
    { kind: 'array', of: { kind: 'atomic', name: 'DINT' }, dims: [10] },
    { kind: 'array', of: { kind: 'atomic', name: 'BOOL' }, dims: [2, 3, 4] },
  ]
  for (const type of types) expect(typeOfName(typeName(type))).toEqual(type)
})

test('what only the controller knows stays open', () => {
  for (const name of ['Tank_T', 'Tank_T[2]', 'STRING_20', '', 'DINT[]', 'DINT[1,2,3,4]', 'dint']) {
    expect(typeOfName(name), name).toBeUndefined()
  }
})

test('a string that was read has the length the controller gave it', () => {
  expect(typeOfReading({ type: 'STRING_20', capacity: 20 })).toEqual({
    kind: 'string',
    name: 'STRING_20',
    capacity: 20,
  })
  expect(typeOfReading({ type: 'DINT[2]' })).toEqual(typeOfName('DINT[2]'))
  expect(typeOfReading({})).toBeUndefined()
})
