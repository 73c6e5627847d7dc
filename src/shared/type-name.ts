import { type AtomicType, atomicTypes, type DataType } from './plc.ts'

/** Capacity of the controllers' own STRING. */
const stringCapacity = 82

/**
 * The type that a name tells: elementary types, STRING, and arrays of them (`REAL[2,3]`). Undefined for a structure or
 * a string of another name: its members or its length are the controller's to tell.
 */
export function typeOfName(name: string): DataType | undefined {
  const match = /^([^[\]]+)(?:\[(\d+(?:,\d+){0,2})\])?$/.exec(name)
  const [, element = '', dims] = match ?? []
  const of: DataType | undefined = isAtomic(element)
    ? { kind: 'atomic', name: element }
    : element === 'STRING'
      ? { kind: 'string', name: 'STRING', capacity: stringCapacity }
      : undefined
  if (of === undefined || dims === undefined) return of
  return { kind: 'array', of, dims: dims.split(',').map(Number) }
}

function isAtomic(name: string): name is AtomicType {
  return (atomicTypes as readonly string[]).includes(name)
}
