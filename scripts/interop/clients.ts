/** pycomm3 and pylogix against our simulator: the simulator's memory is looked at after they have written. */
import { clientsProgram } from '#main/plcs/simulator/clients-program'
import type { ProfileName } from '#main/plcs/simulator/profiles'
import type { SimProgram } from '#main/plcs/simulator/program'
import { type Simulator, startSimulator } from '#main/plcs/simulator/simulator'
import type { SimType, StructType } from '#main/plcs/simulator/types'
import { sameValue, type TagValue, valueToJson } from '#shared/value'
import { type Case, pycomm3Cases, pylogixCases } from './cases.ts'
import { runPython } from './python.ts'
import type { Result } from './table.ts'

export const clients = { pycomm3: pycomm3Cases, pylogix: pylogixCases } as const
export type ClientName = keyof typeof clients

/** Runs one client against a simulator of that kind and gives what was tried. */
export async function runClient(python: string, client: ClientName, profile: ProfileName): Promise<Result[]> {
  const program = clientsProgram()
  const simulator = await startSimulator({ program, profile })
  try {
    const cases = clients[client]()
    // What is read alone is in the program already.
    for (const { address, initial, written } of cases)
      if (initial !== null && written !== null) simulator.set(address, initial)
    const results = await resultsOf(python, `${client}_client.py`, jobFor(simulator, program, cases))
    return [...results, ...cases.flatMap((one) => held(simulator, one))]
  } finally {
    await simulator.close()
  }
}

/** What the program gets to know: which tags there are is told by us, what they hold comes over the wire. */
function jobFor(simulator: Simulator, program: SimProgram, cases: readonly Case[]): string {
  const listed = program.tags.filter(({ access }) => access !== 'none')
  const programs = [...new Set(listed.flatMap(({ name }) => /^Program:[^.]+/.exec(name) ?? []))]
  const types = new Set(listed.flatMap(({ type }) => structuresIn(type)))
  const job = {
    programs,
    tags: listed.map(({ name, type, dims }) => ({ name, type: nameOf(type), template: templateOf(type), dims })),
    types: [...types].map((type) => ({
      name: type.name,
      template: templateOf(type),
      members: type.members.filter(({ hidden }) => !hidden).map(({ name }) => name),
      all: type.members.map(({ name }) => name),
    })),
    unknown: 'NoSuchTag',
    readOnly: 'ReadOnly',
    product: simulator.identity.productName,
    program: program.name,
  }
  // Cases apart, because their values need all 64 bits.
  const fields = cases.map((one) => {
    const { initial, written, ...rest } = one
    const json = (value: TagValue | null) => (value === null ? 'null' : valueToJson(value))
    return `{"initial":${json(initial)},"written":${json(written)},${JSON.stringify(rest).slice(1)}`
  })
  return `{"port":${simulator.port},"cases":[${fields.join(',')}],${JSON.stringify(job).slice(1)}`
}

function structuresIn(type: SimType): StructType[] {
  return type.kind === 'struct' ? [type, ...type.members.flatMap((member) => structuresIn(member.type))] : []
}

const nameOf = (type: SimType): string => type.name
const templateOf = (type: SimType): string =>
  type.kind === 'struct' ? (type.predefined?.name ?? type.name) : type.name

/** What the client's program printed. One that breaks off is a result too. */
async function resultsOf(python: string, file: string, job: string): Promise<Result[]> {
  const { code, lines, errors } = await runPython(python, file, job)
  const results: Result[] = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  if (code === 0) return results
  return [...results, { feature: 'the program itself', item: file, ok: false, said: `ended with ${code}: ${errors}` }]
}

/** Whether the simulator holds what the client says it wrote. */
function held(simulator: Simulator, { feature, address, written, bits }: Case): Result[] {
  if (written === null) return []
  const has = flatOf(simulator.get(address), Array.isArray(written))
  const ok = sameValue(comparable(has, bits), comparable(written, bits))
  const said = ok ? '' : `the simulator holds ${valueToJson(has).slice(0, 150)}`
  return [{ feature, item: `held ${address}`, ok, said }]
}

/** Arrays of several dimensions go over the wire in a row. */
function flatOf(value: TagValue, flat: boolean): TagValue {
  return flat && Array.isArray(value) ? value.flat(3) : value
}

/** Floats as they are in 32 bits, whole numbers as bigint: what is equal in the controller is equal here. */
function comparable(value: TagValue, bits: 32 | 64): TagValue {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return BigInt(value)
    return bits === 32 ? Math.fround(value) : value
  }
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: TagValue) => comparable(item, bits))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, comparable(item as TagValue, bits)]))
}
