/**
 * The symbol table of the simulated controller: every tag with its memory, by name and by instance, and the template
 * instances of the structures in use. Built at each download.
 */
import { typeCode } from '#main/plcs/cip'
import { type SimProgram, type SimTag, tag } from './program.ts'
import type { Access, SimType, StructType } from './types.ts'
import { encode } from './values.ts'

/** One entry of class 0x6B. */
export interface SymbolEntry {
  readonly instance: number
  /** Name within its scope. */
  readonly name: string
  /** Name with its program, as one writes it in an address. */
  readonly fullName: string
  /** Bit 15 structure, 14–13 dimensions, 12 system, 11–0 type or template. */
  readonly symbolType: number
  readonly elementBytes: number
  readonly dims: readonly number[]
  readonly access: Access
  readonly address: number
  /** Absent for system symbols (programs, tasks, routines): they are listed, but hold no value. */
  readonly memory?: { readonly type: SimType; readonly data: Buffer }
}

export interface Scope {
  /** '' for the controller, else `Program:Main`. */
  readonly name: string
  /** In order of instance. */
  readonly symbols: readonly SymbolEntry[]
  readonly byName: ReadonlyMap<string, SymbolEntry>
  readonly byInstance: ReadonlyMap<number, SymbolEntry>
}

export interface SymbolTable {
  /** By name in lower case; '' is the controller. */
  readonly scopes: ReadonlyMap<string, Scope>
  readonly templates: ReadonlyMap<number, StructType>
  templateOf(type: StructType): number
}

/** Type field of system symbols: what 1756-PM020 says to filter by bit 12. */
const system = { program: 0x1068, map: 0x1069, routine: 0x106d, task: 0x1070 } as const

/**
 * Lays the program's tags out. `shift` moves all instances, as a download does; memory of tags whose name, type and
 * size stay is taken from `old`. Throws where two tags have one name or a first value does not fit.
 */
export function symbolTable(program: SimProgram, shift: number, old?: SymbolTable): SymbolTable {
  const templates = new Map<number, StructType>()
  const templateIds = new Map<StructType, number>()
  let nextTemplate = 0x120 + shift * 16
  const register = (type: SimType) => {
    if (type.kind !== 'struct' || templateIds.has(type)) return
    for (const member of type.members) register(member.type)
    const id = type.predefined?.template ?? nextTemplate++
    templateIds.set(type, id)
    templates.set(id, type)
  }
  for (const one of program.tags) register(one.type)
  const templateOf = (type: StructType) => templateIds.get(type) ?? 0

  let instance = 1 + shift * 3
  let address = 0x10000
  const scopes = new Map<string, Scope>()
  for (const [scope, entries] of byScope(program)) {
    const known = old?.scopes.get(scope.toLowerCase())
    const symbols = entries.map((entry): SymbolEntry => {
      // Now and then a number is left out: instances of a controller have gaps, and clients must page by them.
      instance += instance % 16 === 0 ? 2 : 1
      const fullName = scope === '' ? entry.name : `${scope}.${entry.name}`
      if ('systemType' in entry) {
        return {
          instance,
          name: entry.name,
          fullName,
          symbolType: entry.systemType,
          elementBytes: 0,
          dims: [],
          access: 'read-only',
          address: 0,
        }
      }
      const data = memoryFor(entry.tag, known?.byName.get(entry.name.toLowerCase()))
      address += data.length
      return {
        instance,
        name: entry.name,
        fullName,
        symbolType: symbolTypeOf(entry.tag, templateOf),
        elementBytes: entry.tag.type.size,
        dims: entry.tag.dims,
        access: entry.tag.access,
        address: address - data.length,
        memory: { type: entry.tag.type, data },
      }
    })
    scopes.set(scope.toLowerCase(), {
      name: scope,
      symbols,
      byName: new Map(symbols.map((s) => [s.name.toLowerCase(), s])),
      byInstance: new Map(symbols.map((s) => [s.instance, s])),
    })
  }
  return { scopes, templates, templateOf }
}

type Entry = { readonly name: string; readonly tag: SimTag } | { readonly name: string; readonly systemType: number }

/** Tags under their scopes, with the system symbols a real controller lists beside them. */
function byScope(program: SimProgram): Map<string, Entry[]> {
  const scopes = new Map<string, Entry[]>([['', []]])
  const seen = new Set<string>()
  for (const one of program.tags) {
    const key = one.name.toLowerCase()
    if (seen.has(key)) throw new Error(`simulator: two tags are named "${one.name}"; names differ in more than case`)
    seen.add(key)
    const inProgram = /^(Program:[^.]+)\.(.+)$/i.exec(one.name)
    const scope = inProgram?.[1] ?? ''
    const name = inProgram?.[2] ?? one.name
    const entries = scopes.get(scope)
    if (entries) entries.push({ name, tag: one })
    else scopes.set(scope, [{ name, tag: one }])
  }
  const programs = [...scopes.keys()].filter((scope) => scope !== '')
  if (programs.length === 0) return scopes
  const controller = scopes.get('') ?? []
  for (const name of programs) {
    controller.push({ name, systemType: system.program })
    scopes.get(name)?.push({ name: 'Routine:MainRoutine', systemType: system.routine })
  }
  controller.push({ name: 'Task:MainTask', systemType: system.task }, { name: 'Map:Local', systemType: system.map })
  controller.push({ name: '__DEFVAL_00000001', tag: tag('__DEFVAL_00000001', 'DINT') })
  return scopes
}

function memoryFor(definition: SimTag, old: SymbolEntry | undefined): Buffer {
  const count = definition.dims.reduce((n, d) => n * d, 1)
  const bytes = definition.type.size * count
  if (old?.memory?.type === definition.type && old.memory.data.length === bytes) return old.memory.data
  const data = Buffer.alloc(bytes)
  if (definition.value !== undefined)
    encode(definition.type, definition.dims, data, 0, -1, definition.value, definition.name)
  return data
}

function symbolTypeOf(definition: SimTag, templateOf: (type: StructType) => number): number {
  const dims = definition.dims.length << 13
  if (definition.type.kind === 'struct') return 0x8000 | dims | templateOf(definition.type)
  return dims | (definition.type.kind === 'short-string' ? typeCode.SHORT_STRING : definition.type.code)
}
