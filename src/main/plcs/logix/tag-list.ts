/**
 * The controller's list of tags: class 0x6B, service 0x55, first controller scope, then each program (1756-PM020,
 * "Get_Instance_Attribute_List"). Pages come as the controller sends them.
 */

import { cipClass, service, status as st } from '#main/plcs/cip'
import type { HiddenReason, TagListEntry } from '#shared/plc'
import { logical, message, symbol, wideInstance } from './eip.ts'
import { ProtocolError } from './frame.ts'
import { type FieldReader, readFields } from './reply.ts'
import { statusText } from './status.ts'
import { type Ask, dimensionsOf, typeBits } from './templates.ts'

/** One tag as the controller lists it. */
export interface SymbolEntry {
  /** Full address: `Counter`, `Program:Main.Step`. */
  readonly name: string
  /** Its number in its scope, until the next download. */
  readonly instance: number
  /** Type word: structure bit, dimensions, type or template. */
  readonly type: number
  readonly dims: readonly number[]
  readonly access: TagListEntry['access']
  /** '' for a tag that is offered at first sight. */
  readonly hidden: HiddenReason | ''
}

/** The controller has no tag list; the text says what it answered. */
export class NoTagList extends Error {
  override readonly name = 'NoTagList'
}

/** Attributes by number; the later of these sets are for firmware that does not know the newer ones. */
const attributeSets: readonly (readonly number[])[] = [
  [1, 2, 7, 8, 10],
  [1, 2, 7, 8],
  [1, 2, 8],
]
const attributeRefusals: readonly number[] = [st.attributeNotSupported, st.attributeListError, 0x09]
const mostTags = 200_000

/** Lists every tag. Throws `NoTagList` where the controller does not list them, and what `ask` throws. */
export async function* listTags(ask: Ask): AsyncGenerator<readonly SymbolEntry[]> {
  const programs: string[] = []
  for await (const page of listScope(ask, undefined)) {
    programs.push(...page.filter(({ name }) => /^program:[^.]+$/i.test(name)).map(({ name }) => name))
    yield page.filter(isTag)
  }
  for (const program of programs) {
    for await (const page of listScope(ask, program)) yield page.filter(isTag)
  }
}

async function* listScope(ask: Ask, program: string | undefined): AsyncGenerator<readonly SymbolEntry[]> {
  let set = 0
  let start = 0
  let count = 0
  for (;;) {
    const attributes = attributeSets[set] ?? []
    const reply = await ask(listRequest(program, start, attributes))
    if (attributeRefusals.includes(reply.status) && set + 1 < attributeSets.length) {
      set++
      continue
    }
    if (reply.status !== st.ok && reply.status !== st.partialTransfer)
      throw new NoTagList(statusText(reply.status, reply.extended))
    const { entries, last } = parsePage(reply.data, attributes, program)
    count += entries.length
    if (count > mostTags) throw new ProtocolError(`the controller lists more than ${mostTags} tags`)
    yield entries
    if (reply.status === st.ok) return
    if (last === undefined || last < start) throw new ProtocolError('the list of tags does not go on')
    start = last + 1
  }
}

function listRequest(program: string | undefined, start: number, attributes: readonly number[]): Buffer {
  const scope = program === undefined ? [] : [symbol(program)]
  const data = Buffer.alloc(2 + 2 * attributes.length)
  data.writeUInt16LE(attributes.length)
  for (const [i, attribute] of attributes.entries()) data.writeUInt16LE(attribute, 2 + 2 * i)
  return message(
    service.getInstanceAttributeList,
    Buffer.concat([...scope, logical('class', cipClass.symbol), wideInstance(start)]),
    data,
  )
}

function parsePage(data: Buffer, attributes: readonly number[], program: string | undefined) {
  const fields = readFields(data, 'the list of tags')
  const entries: SymbolEntry[] = []
  let last: number | undefined
  while (fields.left > 0) {
    last = fields.u32()
    entries.push(parseEntry(fields, last, attributes, program))
  }
  return { entries, last }
}

const accessWords: readonly TagListEntry['access'][] = ['read-write', 'unknown', 'read-only', 'none']

function parseEntry(
  fields: FieldReader,
  instance: number,
  attributes: readonly number[],
  program: string | undefined,
): SymbolEntry {
  let name = ''
  let type = 0
  let lengths: number[] = []
  let access: TagListEntry['access'] = 'unknown'
  for (const attribute of attributes) {
    if (attribute === 1) name = fields.text(fields.u16())
    else if (attribute === 2) type = fields.u16()
    else if (attribute === 7) fields.u16()
    else if (attribute === 8) lengths = [fields.u32(), fields.u32(), fields.u32()]
    else access = accessWords[fields.u8() & 0x0f] ?? 'unknown'
  }
  const dims = lengths.slice(0, dimensionsOf(type))
  const hidden = hiddenReason(name, type, access)
  return { name: program === undefined ? name : `${program}.${name}`, instance, type, dims, access, hidden }
}

function hiddenReason(name: string, type: number, access: TagListEntry['access']): HiddenReason | '' {
  if (access === 'none') return 'no-access'
  if (type & typeBits.system) return 'system'
  if (name.startsWith('__')) return 'internal'
  return name.includes(':') ? 'module-io' : ''
}

/** Names of the controller's own things, which no read reaches. */
function isTag({ name }: SymbolEntry): boolean {
  const own = name.slice(name.indexOf('.') + 1)
  return own !== '' && !/^(?:map|cxn|task|routine|udi|program):/i.test(own)
}
