import { type AtomicType, atomicTypes, type DataType } from './plc.ts'
import type { TagReading } from './tag.ts'

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

/** The type of a value that was read: with the length of strings of any name. */
export function typeOfReading({ type = '', capacity }: Pick<TagReading, 'type' | 'capacity'>): DataType | undefined {
  return capacity === undefined ? typeOfName(type) : { kind: 'string', name: type, capacity }
}

function isAtomic(name: string): name is AtomicType {
  return (atomicTypes as readonly string[]).includes(name)
}
