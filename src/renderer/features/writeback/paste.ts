/** A request as somebody pasted it: a command line, an address with its message, or the message alone. Pure. */
import type { Service } from '#shared/broker'
import { isJsonObject, type Json, parseJson } from '#shared/value'

export interface Pasted {
  readonly service?: Service
  readonly address?: string
  readonly payload?: string
  readonly retained?: boolean
}

/** What can be read of a text; `{}` where it is no request. */
export function readPasted(text: string): Pasted {
  const clean = text.trim()
  if (clean.startsWith('{')) return { payload: clean, ...guessed(clean) }
  const words = splitWords(clean.replace(/\\\r?\n/g, ' '))
  const program = words.findIndex((word) =>
    /^(?:.*[/\\])?(mosquitto_pub|redis-cli|valkey-cli|kcat|kafkacat)(\.exe)?$/i.test(word),
  )
  if (program >= 0) return readCommand(words, program)
  const split = /^(\S.*?)\s*(\{[\s\S]*)$/.exec(clean)
  if (!split) return {}
  const [, address = '', payload = ''] = split
  return { ...guessed(payload), address, payload, ...(address.includes('/') ? { service: 'mqtt' as const } : {}) }
}

function readCommand(words: readonly string[], program: number): Pasted {
  const name = words[program] ?? ''
  const after = words.slice(program + 1)
  const option = (flag: string) => {
    const at = after.indexOf(flag)
    return at < 0 ? undefined : after[at + 1]
  }
  if (/mosquitto_pub/i.test(name)) {
    return found(
      'mqtt',
      option('-t') ?? option('--topic'),
      option('-m') ?? option('--message'),
      after.some((word) => word === '-r' || word === '--retain'),
    )
  }
  if (/(redis|valkey)-cli/i.test(name)) {
    const push = after.findIndex((word) => /^[RL]PUSH$/i.test(word))
    return found('valkey', push < 0 ? undefined : after[push + 1], push < 0 ? undefined : after[push + 2], false)
  }
  const before = words.slice(0, program).filter((word) => word !== '|')
  return found('kafka', option('-t'), before.find((word) => word.startsWith('{')) ?? before.at(-1), false)
}

function found(service: Service, address: string | undefined, payload: string | undefined, retained: boolean): Pasted {
  return {
    service,
    ...(address === undefined ? {} : { address }),
    ...(payload === undefined ? {} : { payload }),
    ...(retained ? { retained } : {}),
  }
}

/** Where a message alone was meant to go: MQTT's names its base and PLC, Valkey's its base. */
function guessed(payload: string): Pasted {
  const json = parsed(payload)
  if (!json) return {}
  const text = (name: string) => {
    const value = Object.hasOwn(json, name) ? json[name] : undefined
    return typeof value === 'string' ? value : undefined
  }
  const [topic, factory, plc] = [text('topic'), text('factory'), text('plc')]
  if (topic !== undefined && plc !== undefined) return { service: 'mqtt', address: `${topic}/${plc}/write` }
  if (factory !== undefined) return { service: 'valkey', address: `${factory}:writes` }
  return {}
}

function parsed(text: string): { readonly [key: string]: Json } | undefined {
  try {
    const json = parseJson(text)
    return isJsonObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

/** Words of a command line: single and double quotes, backslashes outside and inside double quotes, and pipes. */
export function splitWords(line: string): readonly string[] {
  const words: string[] = []
  const pattern = /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|(\|)|(\s+)|([^\s'"\\|]+)/gs
  let current: string | undefined
  const put = (text: string) => {
    current = (current ?? '') + text
  }
  const end = () => {
    if (current !== undefined) words.push(current)
    current = undefined
  }
  for (const [, single, double, escaped, pipe, space, plain] of line.matchAll(pattern)) {
    if (space !== undefined) end()
    else if (pipe !== undefined) {
      end()
      words.push('|')
    } else put(single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '')
  }
  end()
  return words
}
