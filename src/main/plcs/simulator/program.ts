/** What a simulated controller runs: tags by name, programs, and a process that lives in them. */
import type { TagValue } from '#shared/value'
import { type Access, atomic, type SimType, type TypeSpec, typeOf } from './types.ts'

export interface SimTag {
  /** `Counter`, or `Program:Main.Step` for a tag of a program. */
  readonly name: string
  readonly type: SimType
  /** 0–3 lengths; a BOOL array is counted in DWORDs. */
  readonly dims: readonly number[]
  readonly access: Access
  /** What it holds after the download; absent: zeros. */
  readonly value?: TagValue
}

/** Reads and writes tags by address, as the process and tests do it. Throws on an unknown address or a value that does not fit. */
export interface TagAccess {
  get(address: string): TagValue
  set(address: string, value: TagValue): void
}

export interface SimProgram {
  /** Name that class 0x64 answers. */
  readonly name: string
  readonly tags: readonly SimTag[]
  /** A process behind the tags. `start` is called at each download and gives the step, called about every `periodMs`. */
  readonly process?: {
    readonly periodMs: number
    start(tags: TagAccess): (dtMs: number) => void
  }
}

/** A tag: `tag('Counter', 'DINT')`, `tag('Table', 'REAL', [4, 3])`, `tag('Limit', 'REAL', [], { value: 80 })`. */
export function tag(
  name: string,
  type: TypeSpec,
  dims: readonly number[] = [],
  options: { readonly value?: TagValue; readonly access?: Access } = {},
): SimTag {
  const resolved = typeOf(type)
  const access = options.access ?? 'read-write'
  const value = options.value === undefined ? {} : { value: options.value }
  if (resolved.kind === 'atomic' && resolved.name === 'BOOL' && dims.length > 0) {
    return { name, type: atomic('DWORD'), dims: [Math.ceil((dims[0] ?? 0) / 32), ...dims.slice(1)], access, ...value }
  }
  return { name, type: resolved, dims, access, ...value }
}
