/**
 * Types of structures, as class 0x6C tells them (1756-PM020, "Template object"). In goes a template's number, out comes
 * its layout with the layouts of all structures inside. Each is read once in the life of a program.
 */

import { cipClass, service, status as st, stringHandle, stringTemplate, typeCode } from '#main/plcs/cip'
import type { DataType } from '#shared/plc'
import { message, objectPath } from './eip.ts'
import { ProtocolError } from './frame.ts'
import {
  type ArrayLayout,
  arrayLayout,
  atomic,
  atomicOfCode,
  bitsLayout,
  type Layout,
  type StructLayout,
  type StructMember,
  string82,
  stringLayout,
} from './layout.ts'
import { type CipReply, readFields } from './reply.ts'
import { statusText } from './status.ts'

/** Bits of a symbol's or member's type word (1756-PM020, "Symbol type"). */
export const typeBits = { structure: 0x8000, system: 0x1000, number: 0x0fff } as const

/** Number of dimensions in a type word: bits 13 and 14. */
export function dimensionsOf(type: number): number {
  return (type >> 13) & 3
}

/** A request whose reply is wanted; rejects when the link is gone or `signal` aborts. */
export type Ask = (message: Buffer) => Promise<CipReply>

/** A structure's layout, or in words why it is not known. */
export type TemplateResult = StructLayout | ReturnType<typeof stringLayout> | string

export interface Templates {
  /** What is known now; undefined where it was never asked for. */
  known(id: number): TemplateResult | undefined
  /** Reads a template and those inside it, unless known. */
  load(id: number, ask: Ask): Promise<TemplateResult>
}

/** A type word with the length of its array, made a layout; undefined where the template is not known. */
export function layoutOfType(
  type: number,
  dims: readonly number[],
  templates: Templates,
  boolArrays: boolean,
): Layout | undefined {
  const element = type & typeBits.structure ? templates.known(type & typeBits.number) : elementaryOf(type)
  if (element === undefined || typeof element === 'string') return undefined
  if (dims.length === 0) return element
  if (boolArrays && element.kind === 'atomic' && element.name === 'DWORD')
    return dims.length === 1 ? bitsLayout(dims[0] ?? 0) : undefined
  return arrayLayout(element, dims)
}

function elementaryOf(type: number): ArrayLayout['of'] | undefined {
  // Only the low byte: bits 8 to 10 tell a BOOL's place in its host.
  return (type & 0xff) === typeCode.SHORT_STRING ? undefined : atomicOfCode(type & 0xff)
}

const deepest = 16
/** What could not be read is asked for again after this long: the controller may have been busy. */
const retryMs = 60_000
const mostMembers = 5_000
const mostBytes = 1_000_000

export function openTemplates(): Templates {
  const found = new Map<number, TemplateResult>([[stringTemplate, string82]])
  const running = new Map<number, Promise<TemplateResult>>()
  const failedAt = new Map<number, number>()
  const templates: Templates = {
    known: (id) => found.get(id),
    load: async (id, ask) => {
      for (;;) {
        const there = found.get(id)
        if (there !== undefined && !isDue(id)) return there
        const started = running.get(id)
        if (!started) break
        // Who began it may have given it up: that is no failure of ours.
        const loaded = await started.catch(() => undefined)
        if (loaded !== undefined) return loaded
      }
      const own = read(id, ask, []).finally(() => running.delete(id))
      running.set(id, own)
      return await own
    },
  }

  const isDue = (id: number) =>
    typeof found.get(id) === 'string' && performance.now() - (failedAt.get(id) ?? 0) >= retryMs

  async function read(id: number, ask: Ask, outer: readonly number[]): Promise<TemplateResult> {
    const there = found.get(id)
    if (there !== undefined && !isDue(id)) return there
    const result = await readNew(id, ask, [...outer, id]).catch((error: unknown) => {
      if (error instanceof ProtocolError) return error.message
      throw error
    })
    found.set(id, result)
    if (typeof result === 'string') failedAt.set(id, performance.now())
    return result
  }

  async function readNew(id: number, ask: Ask, within: readonly number[]): Promise<TemplateResult> {
    if (within.length > deepest) return `structures nest deeper than ${deepest} levels`
    const definition = await readDefinition(id, ask)
    if (typeof definition === 'string') return definition
    const body = await readBody(id, definition, ask)
    if (typeof body === 'string') return body
    const raw = parseBody(body, definition)
    for (const member of raw.members) {
      if (!(member.type & typeBits.structure)) continue
      const inner = member.type & typeBits.number
      if (within.includes(inner)) return `structure ${raw.name} contains itself`
      const known = await read(inner, ask, within)
      if (typeof known === 'string') return `member ${member.name} of ${raw.name}: ${known}`
    }
    return build(raw, definition, templates, isPredefined(id))
  }
  return templates
}

interface Definition {
  readonly words: number
  readonly bytes: number
  readonly members: number
  readonly handle: number
}

/** Attributes 4 (definition size), 5 (bytes), 2 (members) and 1 (handle) of one template. */
async function readDefinition(id: number, ask: Ask): Promise<Definition | string> {
  const data = Buffer.from([4, 0, 4, 0, 5, 0, 2, 0, 1, 0])
  const reply = await ask(message(service.getAttributeList, objectPath(cipClass.template, id), data))
  if (reply.status !== st.ok) return statusText(reply.status, reply.extended)
  const fields = readFields(reply.data, `template ${id}`)
  const values = new Map<number, number>()
  for (let left = fields.u16(); left > 0; left--) {
    const attribute = fields.u16()
    const status = fields.u16()
    if (status !== st.ok) return `attribute ${attribute}: ${statusText(status)}`
    values.set(attribute, attribute >= 4 ? fields.u32() : fields.u16())
  }
  const [words, bytes, members, handle] = [4, 5, 2, 1].map((attribute) => values.get(attribute))
  if (words === undefined || bytes === undefined || members === undefined || handle === undefined)
    return 'its description is incomplete'
  if (members > mostMembers || words * 4 > mostBytes || bytes > mostBytes) return 'its description is too large'
  return { words, bytes, members, handle }
}

/** Bytes of a template's body; the definition's size counts words, and a head that is not read (1756-PM020). */
function bodyBytes(words: number): number {
  return words * 4 - 23
}

async function readBody(id: number, definition: Definition, ask: Ask): Promise<Buffer | string> {
  const total = bodyBytes(definition.words)
  const parts: Buffer[] = []
  let offset = 0
  while (offset < total) {
    const data = Buffer.alloc(6)
    data.writeUInt32LE(offset)
    data.writeUInt16LE(Math.min(total - offset, 0xffff), 4)
    const reply = await ask(message(service.readTag, objectPath(cipClass.template, id), data))
    if (reply.status !== st.ok && reply.status !== st.partialTransfer) return statusText(reply.status, reply.extended)
    parts.push(reply.data)
    offset += reply.data.length
    if (reply.status === st.ok) break
    if (reply.data.length === 0) return 'its description ends too early'
  }
  return Buffer.concat(parts)
}

interface RawMember {
  readonly name: string
  /** Length of an array, or the bit of a BOOL. */
  readonly info: number
  readonly type: number
  readonly offset: number
}

/**
 * Member records of 8 bytes each, then the names: the structure's up to ';' and the members', each ended by 0. Where the
 * body is shorter than announced, a name that is cut short must not pass for a whole one.
 */
function parseBody(
  body: Buffer,
  { members: count, words }: Definition,
): { readonly name: string; readonly members: readonly RawMember[] } {
  const names = body.toString('latin1', 8 * count).split('\0')
  const complete = body.length >= bodyBytes(words) ? names.length > count : names.length > count + 1
  if (body.length < 8 * count || !complete) throw new ProtocolError('the description of a structure ends too early.')
  const members = Array.from({ length: count }, (_, i) => ({
    name: names[i + 1] ?? '',
    info: body.readUInt16LE(8 * i),
    type: body.readUInt16LE(8 * i + 2),
    offset: body.readUInt32LE(8 * i + 4),
  }))
  return { name: (names[0] ?? '').split(';')[0] ?? '', members }
}

function build(
  raw: ReturnType<typeof parseBody>,
  definition: Definition,
  templates: Templates,
  predefined: boolean,
): TemplateResult {
  const text = stringShape(raw, definition)
  if (text) return text
  const members = new Map<string, StructMember>()
  const strange = new Map<string, RawMember>()
  for (const one of raw.members) {
    const member = buildMember(one, templates, predefined)
    if (!member) {
      strange.set(one.name.toLowerCase(), one)
      continue
    }
    if (member.offset + member.layout.size > definition.bytes)
      return `member ${one.name} of ${raw.name} lies beyond its end`
    members.set(one.name.toLowerCase(), member)
  }
  const shown = [...members.values()].filter((member) => !member.hidden)
  const [first] = strange.values()
  if (first && shown.length === 0)
    return `member ${first.name} of ${raw.name}: its type 0x${first.type.toString(16)} is not known`
  const type: DataType = {
    kind: 'struct',
    name: raw.name,
    members: shown.map(({ name, layout }) => ({ name, type: layout.type })),
  }
  return {
    kind: 'struct',
    name: raw.name,
    handle: definition.handle,
    size: definition.bytes,
    members,
    type,
    ...(first ? { strange: new Set(strange.keys()) } : {}),
  }
}

/** Numbers of the controller's own types; those between are the user's. */
function isPredefined(id: number): boolean {
  return id < 0x100 || id > 0xeff
}

/** Hosts of BOOLs that programming software does not show; in TIMER and its like they have a name. */
function isHidden(name: string, predefined: boolean): boolean {
  return (
    name === '' ||
    name.startsWith('ZZZZZZZZZZ') ||
    name.startsWith('__') ||
    (predefined && /^(?:ctl|control)$/i.test(name))
  )
}

/** Undefined where nobody knows its type: the others lie where the template says all the same. */
function buildMember(raw: RawMember, templates: Templates, predefined: boolean): StructMember | undefined {
  const hidden = isHidden(raw.name, predefined)
  if (!(raw.type & typeBits.structure) && (raw.type & 0xff) === typeCode.BOOL && dimensionsOf(raw.type) === 0) {
    const layout = atomic('BOOL')
    return { name: raw.name, hidden, layout, offset: raw.offset + (raw.info >> 3), bit: raw.info & 7 }
  }
  const dims = dimensionsOf(raw.type) > 0 ? [raw.info] : []
  const layout = layoutOfType(raw.type, dims, templates, true)
  return layout && { name: raw.name, hidden, layout, offset: raw.offset }
}

/** A string is every structure of exactly LEN DINT and DATA SINT[n]. */
function stringShape(raw: ReturnType<typeof parseBody>, definition: Definition) {
  const [length, data] = raw.members
  if (raw.members.length !== 2 || !length || !data) return undefined
  const fits =
    length.name.toUpperCase() === 'LEN' &&
    length.type === typeCode.DINT &&
    length.offset === 0 &&
    data.name.toUpperCase() === 'DATA' &&
    !(data.type & typeBits.structure) &&
    (data.type & 0xff) === typeCode.SINT &&
    dimensionsOf(data.type) === 1 &&
    data.offset === 4 &&
    4 + data.info <= definition.bytes
  if (!fits) return undefined
  const name = definition.handle === stringHandle ? 'STRING' : raw.name
  return stringLayout(name, data.info, definition.bytes, definition.handle)
}
