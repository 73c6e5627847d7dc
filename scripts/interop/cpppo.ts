/** Our driver against cpppo's server; what it wrote is read back with cpppo's own client. */
import { silentLog } from '#main/log'
import { service } from '#main/plcs/cip'
import type { PlcConnection } from '#main/plcs/driver'
import { createDriver } from '#main/plcs/index'
import { type SimProgram, tag } from '#main/plcs/simulator/program'
import { freePort } from '#scripts/brokers/server'
import type { AtomicType } from '#shared/plc'
import { sameValue, type TagValue, valueToJson } from '#shared/value'
import { type ListProxy, startListProxy } from './list-proxy.ts'
import { runPython, startPython } from './python.ts'
import type { Result } from './table.ts'

/** Each atomic type that cpppo's server has, with the two values that are written. */
const atomics: readonly (readonly [type: AtomicType, first: TagValue, second: TagValue])[] = [
  ['BOOL', true, false],
  ['SINT', -128, 127],
  ['INT', -32_768, 32_767],
  ['DINT', -2_147_483_648, 2_147_483_647],
  ['LINT', -9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
  ['USINT', 0, 255],
  ['UINT', 0, 65_535],
  ['UDINT', 0, 4_294_967_295],
  ['ULINT', 0n, 18_446_744_073_709_551_615n],
  ['REAL', -1.5, 0.1],
  ['LREAL', -1.5, 1 / 3],
]
/** Arrays that fit into a packet of 4002 bytes, and those that do not. cpppo takes its time: longer ones would tell no more. */
const arrays = [
  ['Table', 'DINT', 100],
  ['Curve', 'REAL', 60],
  ['Words', 'INT', 64],
  ['LongTable', 'DINT', 1_200],
  ['LongCurve', 'REAL', 1_100],
  ['LongWords', 'INT', 2_100],
] as const
const counts: { readonly [name: string]: number } = Object.fromEntries(arrays.map(([name, , length]) => [name, length]))
const isLong = (name: string) => name.startsWith('Long')
/** Tags read in packed requests. */
const manyTags = 300

const manyName = (i: number) => `Many_${String(i).padStart(3, '0')}`

/** Starts the server, reads and writes, and gives what was tried. */
export async function runDriver(python: string): Promise<Result[]> {
  const port = await freePort()
  const many = Array.from({ length: manyTags }, (_, i) => tag(manyName(i), 'DINT'))
  const program: SimProgram = {
    name: 'cpppo',
    tags: [
      ...atomics.map(([type]) => tag(type, type)),
      ...arrays.map(([name, type, n]) => tag(name, type, [n])),
      ...many,
    ],
  }
  const definitions = program.tags.map(
    ({ name, type, dims }) => `${name}=${type.name}${dims.length > 0 ? `[${dims[0]}]` : ''}`,
  )
  const args = ['--no-config', '--no-udp', '-A', '-a', `127.0.0.1:${port}`, ...definitions]
  const stop = await startPython(python, 'cpppo.server.enip', args, /Server address/)
  const proxy = await startListProxy(program, port)
  try {
    const signal = AbortSignal.timeout(60_000)
    const connection = await createDriver(configFor(proxy.port), { log: silentLog }).connect({ signal })
    try {
      return await tryAll(connection, signal, proxy, { python, port })
    } finally {
      await connection.close()
    }
  } finally {
    await proxy.close()
    await stop()
  }
}

function configFor(port: number) {
  return {
    name: 'cpppo',
    driver: 'logix',
    address: `127.0.0.1:${port}`,
    slot: 0,
    enabled: true,
    poll_rate: 250,
    timeout: 10_000,
    health_check_enabled: true,
    pin: [],
    tags: [],
  } as const
}

async function tryAll(
  connection: PlcConnection,
  signal: AbortSignal,
  proxy: ListProxy,
  server: { readonly python: string; readonly port: number },
): Promise<Result[]> {
  const results: Result[] = []
  const note = (feature: string, item: string, said: string) => results.push({ feature, item, ok: said === '', said })
  const write = async (address: string, value: TagValue) => {
    const outcome = await connection.write(address, value, {
      signal,
      deadline: Date.now() + 10_000,
      guard: () => undefined,
    })
    return outcome.kind === 'done' ? '' : `${outcome.kind}: ${outcome.error}`
  }
  const read = async (address: string) => {
    const [outcome] = (await connection.plan([address]).read(signal)).outcomes
    return outcome
  }
  const holds = async (address: string, value: TagValue) => {
    const outcome = await read(address)
    if (!outcome?.ok) return outcome?.text ?? 'no outcome'
    return sameValue(outcome.value, value) ? '' : `read ${valueToJson(outcome.value).slice(0, 150)}`
  }

  const written: { [name: string]: TagValue } = {}
  for (const [type, ...values] of atomics) {
    for (const value of values) {
      note('atomics', `write ${type} ${valueToJson(value)}`, await write(type, value))
      note('atomics', `read ${type} ${valueToJson(value)}`, await holds(type, value))
      written[type] = value
    }
  }
  for (const [name, type, length] of arrays) {
    const feature = isLong(name) ? 'fragments' : 'arrays'
    const value = Array.from({ length }, (_, i) => (type === 'REAL' ? i / 4 - 99 : ((i * 7) % 30_000) - 9_000))
    note(feature, `write ${name}`, await write(name, value))
    note(feature, `read ${name}`, await holds(name, value))
    note('arrays', `write ${name}[7]`, await write(`${name}[7]`, 77))
    note('arrays', `read ${name}[7]`, await holds(`${name}[7]`, 77))
    note('arrays', `read ${name}[${length - 1}]`, await holds(`${name}[${length - 1}]`, value[length - 1] ?? 0))
    written[name] = value.with(7, 77)
  }
  for (let i = 0; i < manyTags; i += 10)
    note('many in a packet', `write ${manyName(i)}`, await write(manyName(i), i + 1))
  const names = Array.from({ length: manyTags }, (_, i) => manyName(i))
  const { outcomes } = await connection.plan(names).read(signal)
  const wrong = names.filter((_, i) => {
    const outcome = outcomes[i]
    return !outcome?.ok || outcome.value !== (i % 10 === 0 ? i + 1 : 0)
  })
  note('many in a packet', `read ${manyTags} tags`, wrong.join(', '))
  note('many in a packet', 'they rode in packets', seen(proxy, service.multipleService))
  note('fragments', 'reads came in fragments', seen(proxy, service.readTagFragmented))
  note('fragments', 'writes went in fragments', seen(proxy, service.writeTagFragmented))
  note('large connection', 'it was opened', proxy.connectionBytes > 504 ? '' : `${proxy.connectionBytes} bytes`)
  const unknown = await read('NoSuchTag')
  note(
    'refusals',
    'an unknown tag is told',
    unknown?.ok === false && unknown.reason === 'unknown-tag' ? '' : 'it was not',
  )
  for (const one of await heldBy(server, written))
    note(isLong(one.name) ? 'fragments' : one.name in counts ? 'arrays' : 'atomics', `held ${one.name}`, one.said)
  return results
}

function seen(proxy: ListProxy, code: number): string {
  return proxy.services.has(code) ? '' : `service 0x${code.toString(16)} was not used`
}

/** What cpppo's own client reads of each tag. */
async function heldBy(
  { python, port }: { readonly python: string; readonly port: number },
  written: { readonly [name: string]: TagValue },
): Promise<{ readonly name: string; readonly said: string }[]> {
  const tags = Object.fromEntries(Object.keys(written).map((name) => [name, counts[name] ?? 1]))
  const job = JSON.stringify({ port, tags })
  const { code, lines, errors } = await runPython(python, 'cpppo_client.py', job)
  const text = lines.at(-1)
  if (code !== 0 || text === undefined) return [{ name: 'all', said: `cpppo's client ended with ${code}: ${errors}` }]
  const seenValues = JSON.parse(text) as { readonly [name: string]: readonly (number | boolean)[] }
  return Object.entries(written).map(([name, value]) => {
    // JSON has no 64-bit integers: those are compared as doubles here, and digit by digit above.
    const all = (Array.isArray(value) ? value : [value]).map((item: TagValue) => Math.fround(Number(item)))
    const expected = all.length > 200 ? [...all.slice(0, 100), ...all.slice(-100)] : all
    const got = (seenValues[name] ?? []).map((item) => Math.fround(Number(item)))
    return { name, said: sameValue(got, expected) ? '' : `cpppo reads ${JSON.stringify(got).slice(0, 150)}` }
  })
}
