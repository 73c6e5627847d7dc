/** Lists and groups on one line, as they stand in configurations: `[1, 2]`, `{name: Level, writable: true}`. */
import type { Data } from './data.ts'

export interface Flow {
  readonly data: Data
}

const keyPattern = /([A-Za-z_][A-Za-z0-9_]*): +/y
const barePattern = /[A-Za-z0-9_](?:[A-Za-z0-9_./ -]|:(?=[A-Za-z0-9]))*|-[0-9][0-9.]*/y
const quotedPattern = /"([^"\\\r\n]*)"|'([^'\r\n]*)'/y
const spacePattern = / */y

/** Without spaces at its end, and them alone: other white space is part of a text. */
export function withoutEnd(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0x20) end--
  return text.slice(0, end)
}

/** Undefined where the text is anything else. `bare`: what a value without quotes is. */
export function readFlow(text: string, bare: (text: string) => Data): Flow | undefined {
  let at = 0

  function take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) at += match[0].length
    return match ?? undefined
  }

  function takeMark(mark: string): boolean {
    if (text[at] !== mark) return false
    at++
    return true
  }

  function value(depth: number): Flow | undefined {
    if (depth > 4) return undefined
    if (takeMark('[')) return list(depth)
    if (takeMark('{')) return group(depth)
    const quoted = take(quotedPattern)
    if (quoted) return { data: quoted[1] ?? quoted[2] ?? '' }
    const plain = take(barePattern)?.[0]
    return plain === undefined ? undefined : { data: bare(withoutEnd(plain)) }
  }

  function list(depth: number): Flow | undefined {
    const data: Data[] = []
    take(spacePattern)
    if (takeMark(']')) return { data }
    while (true) {
      const item = value(depth + 1)
      if (!item) return undefined
      data.push(item.data)
      take(spacePattern)
      if (takeMark(']')) return { data }
      if (!takeMark(',')) return undefined
      take(spacePattern)
    }
  }

  function group(depth: number): Flow | undefined {
    const data: { [key: string]: Data } = Object.create(null)
    take(spacePattern)
    if (takeMark('}')) return { data }
    while (true) {
      const name = take(keyPattern)?.[1]
      if (name === undefined || name in data || /^(true|false|null)$/i.test(name)) return undefined
      const item = value(depth + 1)
      // A key without a value is left out, and could then stand twice.
      if (!item || item.data === null) return undefined
      data[name] = item.data
      take(spacePattern)
      if (takeMark('}')) return { data }
      if (!takeMark(',')) return undefined
      take(spacePattern)
    }
  }

  const whole = value(0)
  return whole && at === text.length ? whole : undefined
}
