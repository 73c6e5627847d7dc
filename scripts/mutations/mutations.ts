/** The protections of the gateway, each with a way to break it in the source, and the checks that have to see it. */
import type { CheckNumber } from '#shared/isolation-run'

export interface Edit {
  /** Path from the project's folder. */
  readonly file: string
  /** Stands in the file once, and is replaced. */
  readonly find: string
  readonly replace: string
}

export interface Mutation {
  readonly protection: string
  /** What the broken gateway does, for people. */
  readonly broken: string
  /** More than one where a second guard stands behind the first. */
  readonly edits: readonly Edit[]
  /** One of these has to FAIL. */
  readonly seenBy: readonly CheckNumber[]
  /** A sound gateway of the same namespace, on another controller, runs and holds the namespace. */
  readonly twin?: true
}

const checks = 'src/main/writeback/checks.ts'

export const mutations: readonly Mutation[] = [
  {
    protection: 'namespace in the payload',
    broken: 'executes requests that name another site',
    edits: [{ file: checks, find: 'refuse: refuseNamespace }', replace: 'refuse: () => undefined }' }],
    seenBy: [6],
  },
  {
    protection: 'retained requests',
    broken: 'takes a stored request for a live one',
    edits: [{ file: checks, find: '      arrival.retained\n', replace: '      arrival.retained && Date.now() < 0\n' }],
    seenBy: [7],
  },
  {
    protection: 'left-overs: the check',
    broken: 'executes what waited in the list, of unknown age',
    edits: [
      {
        file: checks,
        find: 'if (arrival.leftOver && request.sentAt === undefined) {',
        replace: 'if (arrival.leftOver && Date.now() < 0) {',
      },
    ],
    seenBy: [7],
  },
  {
    protection: 'left-overs: the list',
    broken: 'does not put aside what waited when intake opens',
    edits: [{ file: 'src/main/bridges/valkey/intake.ts', find: '  if (refuse) await putAside()\n', replace: '' }],
    seenBy: [7],
  },
  {
    protection: 'age of requests',
    broken: 'executes requests however old they are',
    edits: [{ file: checks, find: 'if (age > maxAgeMs)', replace: 'if (age > maxAgeMs * 1e9)' }],
    seenBy: [7],
  },
  {
    protection: 'writable tags',
    broken: 'writes tags that are not writable',
    edits: [
      { file: checks, find: 'findTag(input)?.writable\n', replace: 'findTag(input)?.enabled\n' },
      { file: 'src/main/writeback/execute.ts', find: 'return now.writable ?', replace: 'return now.enabled ?' },
    ],
    seenBy: [7],
  },
  {
    protection: 'gate: its parts',
    broken: 'is open though a part of it is closed',
    edits: [
      {
        file: 'src/main/writeback/gate.ts',
        find: '      if (closed) return closed\n',
        replace: '      if (closed) continue\n',
      },
    ],
    seenBy: [7],
  },
  {
    protection: 'gate: asked before the bytes leave',
    broken: 'writes without asking the gate',
    edits: [
      {
        file: 'src/main/writeback/execute.ts',
        find: '  if (!state.open) return',
        replace: '  if (!state.open && Date.now() < 0) return',
      },
    ],
    seenBy: [7],
  },
  {
    protection: 'claim: at the broker',
    broken: 'believes that it holds the key of the claim without asking the server',
    edits: [
      {
        file: 'src/main/bridges/valkey/lease.ts',
        find: 'const holder = String(await redis.eval(holdScript, 3, key, keys.presence, keys.owner, ...args))',
        replace: 'const holder = [who, key, args].map(String)[0]',
      },
    ],
    seenBy: [2],
  },
  {
    protection: 'claim: beside another holder',
    broken: 'writes without a claim while another gateway holds the namespace',
    edits: [
      {
        file: 'src/main/gateway/claim-part.ts',
        find: "claims: sources !== 'off' && config.claim === 'on',",
        replace: 'claims: false,',
      },
    ],
    seenBy: [3, 5],
    twin: true,
  },
  {
    protection: 'claim: rivals',
    broken: 'claims although it sees another holder',
    edits: [
      {
        file: 'src/main/isolation/rivals.ts',
        find: "  return rival.state === 'observing' || holds(rival)\n",
        replace: "  return rival.state === 'observing' && Date.now() < 0\n",
      },
    ],
    seenBy: [2, 3, 5],
    twin: true,
  },
]

/** The text of the file with one protection broken. Throws where the source has changed: then mend the mutation. */
export function broken(source: string, { file, find, replace }: Edit): string {
  const count = source.split(find).length - 1
  if (count !== 1)
    throw new Error(`${file} has ${JSON.stringify(find)} ${count} times and not once. Mend scripts/mutations.`)
  return source.replace(find, () => replace)
}
