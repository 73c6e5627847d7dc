/**
 * Faults of a running simulator, switched by a line of text: in goes `drop 10`, out comes one line that says what is so
 * now, or what would have been understood. For the terminal, for tests in another process, for the window.
 */
import { parseJson } from '#shared/value'
import {
  type Control,
  everyNth,
  faultsText,
  nth,
  numbers,
  oneOf,
  onOff,
  pairs,
  shown,
  valueFrom,
} from './control-words.ts'
import type { Keyswitch, Mode } from './faults.ts'
import type { Simulator } from './simulator.ts'

/** What `control` gives: `ok` with what is so now, or what was wrong with the line and what is expected. */
export interface ControlAnswer {
  readonly ok: boolean
  readonly text: string
}

/** Longest time that can be set, ms: ten minutes. */
const longestMs = 600_000

const controls: { readonly [word: string]: Control } = {
  mute: onOff('mute', 'mute', 'nothing is answered'),
  refuse: onOff('refuse', 'refuseConnections', 'new TCP connections are reset'),
  delay: {
    usage: 'delay MS [JITTER]',
    run: ({ faults }, words) => {
      const [packetTimeMs, jitterMs = 0] = numbers(words, 1, 2, longestMs) ?? []
      if (packetTimeMs === undefined) return undefined
      Object.assign(faults, { packetTimeMs, jitterMs })
      return `delay ${packetTimeMs} ms, jitter ${jitterMs} ms`
    },
  },
  chunk: {
    usage: 'chunk BYTES',
    run: ({ faults }, words) => {
      const [bytes] = numbers(words, 1, 1, 65_535) ?? []
      if (bytes === undefined) return undefined
      faults.chunkBytes = bytes
      return bytes === 0 ? 'replies leave whole' : `replies leave in pieces of ${bytes} bytes`
    },
  },
  lose: everyNth('lose', 'loseEvery', 'request is lost before it is executed'),
  drop: everyNth('drop', 'dropEvery', 'request is executed and not answered'),
  duplicate: everyNth('duplicate', 'duplicateEvery', 'reply is sent twice'),
  foreign: everyNth('foreign', 'foreignEvery', 'reply follows one that belongs to nobody'),
  late: {
    usage: 'late N [MS]',
    run: ({ faults }, words) => {
      const [every, lateMs = faults.lateMs] = numbers(words, 1, 2, longestMs) ?? []
      if (every === undefined) return undefined
      Object.assign(faults, { lateEvery: every, lateMs })
      return every === 0 ? 'late off' : `every ${nth(every)} reply is ${lateMs} ms late`
    },
  },
  'refuse-open': {
    usage: 'refuse-open STATUS[/EXTENDED]|off',
    run: ({ faults }, words) => {
      const match = /^([0-9a-f]{1,2})(?:\/([0-9a-f]{1,4}))?$/i.exec(words[0] ?? '')
      if (words.length !== 1 || (words[0] !== 'off' && !match)) return undefined
      const extended = match?.[2] === undefined ? {} : { extended: [Number.parseInt(match[2], 16)] }
      faults.refuseForwardOpen = match?.[1] ? { status: Number.parseInt(match[1], 16), ...extended } : undefined
      return match ? `every Forward Open is refused with ${words[0]}` : 'Forward Open is not refused'
    },
  },
  'refuse-service': {
    usage: 'refuse-service SERVICE[/CLASS] STATUS [COUNT]|off',
    run: ({ faults }, words) => {
      const match = /^([0-9a-f]{1,2})(?:\/([0-9a-f]{1,2}))? ([0-9a-f]{1,2})(?: (\d{1,6}))?$/i.exec(words.join(' '))
      if (words[0] === 'off' && words.length === 1) faults.refuseService = undefined
      else if (!match) return undefined
      else {
        const [service = 0, classId, status = 0] = match.slice(1, 4).map((it) => it && Number.parseInt(it, 16))
        const times = Number(match[4] ?? 1)
        faults.refuseService = times
          ? { service: Number(service), ...(classId ? { classId } : {}), status: Number(status), times }
          : undefined
      }
      return faults.refuseService ? `the next ${match?.[4] ?? 1} of ${words[0]} are refused` : 'no service is refused'
    },
  },
  connections: {
    usage: 'connections COUNT',
    run: ({ faults, counters }, words) => {
      const [count] = numbers(words, 1, 1, 1_000) ?? []
      if (count === undefined) return undefined
      faults.maxConnections = count
      return `${count} connections, ${counters.connections} open`
    },
  },
  reset: {
    usage: 'reset',
    run: (simulator, words) => {
      if (words.length > 0) return undefined
      const { sockets } = simulator.counters
      simulator.resetConnections()
      return `${sockets} TCP connections reset`
    },
  },
  download: {
    usage: 'download [MS]',
    run: (simulator, words) => {
      const [ms = 0] = numbers(words, 0, 1, longestMs) ?? [-1]
      if (ms < 0) return undefined
      if (ms === 0) simulator.download()
      else simulator.downloadDuring(ms)
      return ms === 0 ? 'downloaded, instances renumbered' : `downloading for ${ms} ms, then instances are renumbered`
    },
  },
  keyswitch: oneOf<Keyswitch>('keyswitch', ['run', 'remote', 'program'], (faults, to) => {
    faults.keyswitch = to
  }),
  mode: oneOf<Mode>('mode', ['run', 'program', 'faulted'], (faults, to) => {
    faults.mode = to
  }),
  get: {
    usage: 'get TAG',
    run: (simulator, words, rest) => (words.length === 0 ? undefined : `${rest} = ${shown(simulator, rest)}`),
  },
  set: {
    usage: 'set TAG JSON',
    run: (simulator, _words, rest) => {
      const match = /^(\S+)\s+(.+)$/.exec(rest)
      if (!match?.[1] || !match[2]) return undefined
      simulator.set(match[1], valueFrom(parseJson(match[2])))
      return `${match[1]} = ${shown(simulator, match[1])}`
    },
  },
  calm: {
    usage: 'calm',
    run: ({ faults, initialFaults }, words) => {
      if (words.length > 0) return undefined
      Object.assign(faults, initialFaults)
      return 'nothing goes wrong'
    },
  },
  faults: { usage: 'faults', run: ({ faults }, words) => (words.length > 0 ? undefined : faultsText(faults)) },
  counters: {
    usage: 'counters',
    run: ({ counters }, words) => (words.length > 0 ? undefined : pairs(Object.entries(counters))),
  },
  help: { usage: 'help', run: (_simulator, words) => (words.length > 0 ? undefined : understood()) },
}

/** Carries out one line. Never throws: a bad line is answered with what is understood. */
export function control(simulator: Simulator, line: string): ControlAnswer {
  const [word = '', ...words] = line.trim().split(/\s+/)
  const chosen = Object.hasOwn(controls, word) ? controls[word] : undefined
  if (!chosen) return { ok: false, text: `"${word}" is not understood; expected ${understood()}` }
  try {
    const text = chosen.run(simulator, words, line.trim().slice(word.length).trim())
    if (text !== undefined) return { ok: true, text }
    return { ok: false, text: `"${line.trim()}" is not understood; expected ${chosen.usage}` }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { ok: false, text: `${why.replaceAll(/\s+/g, ' ')}; expected ${chosen.usage}` }
  }
}

function understood(): string {
  return Object.values(controls)
    .map(({ usage }) => usage)
    .join(', ')
}
