import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Who may import whom, as the linter keeps it: each row shown to let the legal pass and to refuse the rest by name. */
interface Row {
  readonly file: string
  readonly may: readonly string[]
  readonly mayNot: readonly string[]
  /** What the refusal says. */
  readonly says: string
}

const middle = {
  may: ['./x.ts', '#shared/tag', 'zustand/vanilla', '#main/log', '#main/plcs/driver', '#main/bridges/bridge'],
  says: 'and the types of main/plcs/driver',
}

const rows: readonly Row[] = [
  {
    file: 'src/shared/names/row.ts',
    may: ['./x.ts', '#shared/tag', 'zod', 'lossless-json'],
    mayNot: ['node:fs', 'fs', 'electron', '#main/link', '../tag.ts', 'zustand/vanilla', 'mqtt'],
    says: 'shared is plain TypeScript',
  },
  {
    file: 'src/main/link.ts',
    may: ['#shared/tag', 'node:timers'],
    mayNot: ['#main/log', '#main/plcs/driver', 'pino', 'electron'],
    says: 'they stand below everything in main',
  },
  {
    file: 'src/main/config/row.ts',
    may: ['./x.ts', '#shared/config', 'yaml', 'zod', 'node:fs/promises'],
    mayNot: ['#main/gateway/gateway', '#main/plcs/index', 'electron', 'mqtt'],
    says: 'main/config imports shared',
  },
  {
    file: 'src/main/plcs/row.ts',
    may: ['./driver.ts', '#main/link', '#shared/plc'],
    mayNot: ['./logix/session.ts', '#main/plcs/simulator/simulator', '#main/bridges/bridge', 'ethernet-ip'],
    says: 'joined in main/plcs/index.ts alone',
  },
  {
    file: 'src/main/plcs/index.ts',
    may: ['./logix/connect.ts', '#shared/config'],
    mayNot: ['#main/bridges/bridge', '#main/tags/table', 'ethernet-ip'],
    says: 'main/plcs/index imports shared',
  },
  {
    file: 'src/main/plcs/logix/row.ts',
    may: ['./eip.ts', '#main/link', '#main/plcs/cip', '#main/plcs/driver', 'ethernet-ip', 'node:net'],
    mayNot: ['../cip.ts', '#main/plcs/simulator/simulator', '#main/bridges/bridge', '#main/tags/table', 'mqtt'],
    says: 'never bridges, never the simulator',
  },
  {
    file: 'src/main/plcs/discovery/row.ts',
    may: ['./udp.ts', '#shared/discovery', '#main/link', '#main/plcs/cip', 'node:dgram'],
    mayNot: ['#main/plcs/logix/session', '#main/plcs/driver', '#main/plcs/simulator/simulator', 'ethernet-ip'],
    says: 'looks for devices',
  },
  {
    file: 'src/main/plcs/simulator/row.ts',
    may: ['./objects.ts', '#shared/plc', '#main/plcs/cip'],
    mayNot: ['#main/plcs/logix/codec', '#main/plcs/driver', 'ethernet-ip'],
    says: 'would hide on both sides',
  },
  {
    file: 'src/main/bridges/row.ts',
    may: ['./message.ts', '#shared/tag', '#main/link'],
    mayNot: ['./mqtt/bridge.ts', '#main/bridges/kafka/client', '#main/plcs/driver', 'mqtt'],
    says: 'joined in main/bridges/index.ts alone',
  },
  {
    file: 'src/main/bridges/index.ts',
    may: ['./mqtt/bridge.ts', '#shared/config'],
    mayNot: ['#main/plcs/driver', 'mqtt', 'ioredis', 'kafkajs'],
    says: 'main/bridges/index imports shared',
  },
  ...(['mqtt/mqtt', 'valkey/ioredis', 'kafka/kafkajs'] as const).map((pair) => {
    const [folder = '', library = ''] = pair.split('/')
    const others = ['mqtt', 'ioredis', 'kafkajs', 'aedes'].filter((name) => name !== library)
    return {
      file: `src/main/bridges/${folder}/row.ts`,
      may: [
        './client.ts',
        '#main/link',
        '#main/bridges/bridge',
        '#main/bridges/outbox',
        '#shared/names/build',
        library,
        ...(library === 'kafkajs' ? ['kafkajs/src/cluster/brokerPool.js'] : []),
      ],
      mayNot: [
        '#main/plcs/driver',
        '#main/bridges/index',
        '#main/bridges/memory/bridge',
        '#main/writeback/queue',
        '../message.ts',
        ...others,
      ],
      says: `main/bridges/*.ts without index and ${library}`,
    }
  }),
  {
    file: 'src/main/bridges/memory/row.ts',
    may: ['./broker.ts', '#main/bridges/bridge'],
    mayNot: ['#main/bridges/mqtt/client', 'mqtt'],
    says: 'never another broker',
  },
  ...['tags', 'writeback', 'isolation', 'requester', 'monitor'].map((folder) => ({
    file: `src/main/${folder}/row.ts`,
    ...middle,
    mayNot: [
      '#main/gateway/gateway',
      '#main/plcs/logix/session',
      '#main/bridges/mqtt/client',
      'mqtt',
      'electron',
      'ws',
    ],
  })),
  {
    file: 'src/main/tags/writes.ts',
    ...middle,
    mayNot: ['#main/writeback/pipeline'],
  },
  {
    file: 'src/main/gateway/row.ts',
    may: [
      '#main/tags/table',
      '#main/writeback/pipeline',
      '#main/bridges/index',
      '#main/config/parse',
      'zustand/vanilla',
    ],
    mayNot: ['electron', 'ws', 'mqtt', '#main/api/plcs', '#main/wires/electron', '#main/demo/broker', '#main/cli'],
    says: 'main/gateway joins the folders of main',
  },
  {
    file: 'src/main/api/row.ts',
    may: ['#shared/contract/index', '#main/gateway/gateway', '#main/config/edits', '#main/host'],
    mayNot: ['#main/plcs/index', '#main/writeback/pipeline', 'electron'],
    says: 'a handler is a line or two',
  },
  {
    file: 'src/main/demo/row.ts',
    may: ['aedes', '#main/plcs/simulator/simulator', '#main/config/parse'],
    mayNot: ['#main/plcs/logix/session', '#main/gateway/gateway', 'mqtt'],
    says: 'main/demo imports shared, aedes',
  },
  {
    file: 'src/main/commands/row.ts',
    may: ['#main/gateway/gateway', '#main/config/file', 'commander'],
    mayNot: ['electron', 'ws', 'mqtt', 'yaml'],
    says: 'client libraries stay in their bridge or driver',
  },
  {
    file: 'src/main/cli.ts',
    may: ['./commands/run.ts', '#main/gateway/gateway', 'commander', '../../package.json'],
    mayNot: ['electron', 'ws', 'aedes'],
    says: 'main/cli may import all of main',
  },
  {
    file: 'src/main/index.ts',
    may: ['#main/gateway/gateway', 'electron'],
    mayNot: ['ws', 'kafkajs', 'ethernet-ip'],
    says: 'main/index and main/shell may import all of main and electron',
  },
  {
    file: 'src/main/shell/row.ts',
    may: ['./x.ts', '#main/wires/electron', '#main/gateway/gateway', 'electron', 'zod'],
    mayNot: ['ws', 'mqtt', 'yaml', '../host.ts'],
    says: 'main/index and main/shell may import all of main and electron',
  },
  {
    file: 'src/main/wires/row.ts',
    may: ['#shared/rpc', '#main/host', 'electron', 'ws', 'node:http'],
    mayNot: ['mqtt', 'yaml', '../host.ts'],
    says: 'main/wires may import all of main, electron and ws',
  },
  {
    file: 'src/main/newcomer/row.ts',
    may: ['./x.ts', '#shared/tag', 'node:fs'],
    mayNot: ['#main/log', 'mqtt'],
    says: 'in no row of the table of layers',
  },
  {
    file: 'src/preload/index.ts',
    may: ['electron', '#shared/rpc/shell'],
    mayNot: ['node:fs', '#main/log', '#shared/config'],
    says: 'preload imports electron',
  },
  {
    file: 'src/renderer/features/plcs/row.ts',
    may: ['./store.ts', '#shared/plc', '#renderer/api/index', '#renderer/features/tags/index', 'react'],
    mayNot: ['#main/log', 'electron', 'node:fs', 'mqtt', '#renderer/features/tags/store'],
    says: 'renderer imports shared',
  },
  {
    file: 'src/main/tags/row.test.ts',
    may: ['#main/plcs/simulator/simulator', '#scripts/brokers/live', 'mqtt', 'vitest'],
    mayNot: ['../plcs/cip.ts'],
    says: 'the specifier shows the layer',
  },
  {
    file: 'scripts/bench/row.ts',
    may: ['#main/gateway/gateway', 'mqtt', '../brokers/kafka.ts'],
    mayNot: [],
    says: '',
  },
]

const root = resolve(import.meta.dirname, '..')
const tree = mkdtempSync(join(tmpdir(), 'warlink-layers-'))
/** File:line → the linter's messages there. One run of the linter for all rows. */
const found = new Map<string, string[]>()

beforeAll(async () => {
  cpSync(join(root, 'biome.json'), join(tree, 'biome.json'))
  for (const { file, may, mayNot } of rows) {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), [...may, ...mayNot].map((from) => `import '${from}'\n`).join(''))
  }
  for (const { severity, message, location } of await lint(tree)) {
    const at = `${location.path}:${location.start.line}`
    if (severity === 'error') found.set(at, [...(found.get(at) ?? []), message])
  }
})
afterAll(() => rmSync(tree, { recursive: true }))

describe.each(rows)('$file', ({ file, may, mayNot, says }) => {
  test('may import what its row of the table names', () => {
    for (const [index, from] of may.entries()) expect(found.get(`${file}:${index + 1}`), from).toBeUndefined()
  })

  test('is refused anything else, with the right way in the message', () => {
    for (const [index, from] of mayNot.entries())
      expect(found.get(`${file}:${may.length + index + 1}`), from).toEqual([expect.stringContaining(says)])
  })
})

interface Diagnostic {
  readonly severity: string
  readonly message: string
  readonly location: { readonly path: string; readonly start: { readonly line: number } }
}

/** Runs the import rules alone: the imported files need not exist. */
function lint(folder: string): Promise<readonly Diagnostic[]> {
  const program = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const only = ['--only=style/noRestrictedImports', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json']
  return new Promise((done, fail) => {
    // It ends with 1 where it finds something, which is what most rows are here for.
    execFile(
      process.execPath,
      [program, 'lint', ...only],
      { cwd: folder, maxBuffer: 1 << 26 },
      (error, out, printed) => {
        try {
          done((JSON.parse(out) as { diagnostics: readonly Diagnostic[] }).diagnostics)
        } catch {
          fail(new Error(`biome: ${error?.message ?? ''}${printed}`))
        }
      },
    )
  })
}
