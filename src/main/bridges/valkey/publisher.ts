import type { Redis } from 'ioredis'
import type { BridgeConnection, Message } from '#main/bridges/bridge'
import { messageHead } from '#main/bridges/message'
import type { SentMemory } from '#main/bridges/sent'
import { asError } from '#main/link'
import type { ValkeyConfig } from '#shared/config'
import { valkeyNames } from '#shared/names/build'
import type { TagSubject } from '#shared/tag'
import { isNotPermitted, isUnknownCommand } from './errors.ts'

/** Life time of a PLC's health, ms: it vanishes when the process dies (wire.md §2). */
const healthLifeMs = 30_000

/** Most tags in one script call: the server serves nobody else while it runs. */
export const tagsPerCall = 100

/**
 * SET and two PUBLISH for each tag; the payload crosses the wire once. ARGV: life time in ms or 0, the channel of all
 * changes, then for each key payload and channel of its PLC ('': announce nothing). A failure of one tag leaves the
 * others alone: returned are index and text of those that failed.
 */
const script = `
local failed = {}
local function fails(i, reply)
  if type(reply) ~= 'table' or not reply.err then return false end
  failed[#failed + 1] = i
  failed[#failed + 1] = reply.err
  return true
end
for i, key in ipairs(KEYS) do
  local payload, channel = ARGV[2 * i + 1], ARGV[2 * i + 2]
  local reply
  if ARGV[1] == '0' then reply = redis.pcall('SET', key, payload)
  else reply = redis.pcall('SET', key, payload, 'PX', ARGV[1]) end
  if not fails(i, reply) and channel ~= '' then
    if not fails(i, redis.pcall('PUBLISH', channel, payload)) then
      fails(i, redis.pcall('PUBLISH', ARGV[2], payload))
    end
  end
end
return failed`

export interface PublisherOptions {
  readonly redis: Redis
  readonly entry: ValkeyConfig
  readonly base: string
  /** Whether this user may run scripts, as `mayRunScripts` found out. */
  readonly scripts: boolean
  readonly sent: SentMemory
  /** Turns what the server said into words. */
  words(error: unknown): Error
}

/** Tries the script on nothing. Rejects with the server's error where that is not about rights. */
export async function mayRunScripts(redis: Redis): Promise<boolean> {
  try {
    await redis.eval(script, 0, '0', '')
    return true
  } catch (error) {
    if (isNotPermitted(error) || isUnknownCommand(error)) return false
    throw error
  }
}

type TagMessage = Message & { readonly subject: TagSubject }
type Command = [name: string, ...args: string[]]

/**
 * The way out: messages become commands on one connection, so that the server takes them in the order of the calls. Tags
 * go by script, as EVAL and not as EVALSHA: one that the server has forgotten would be sent again behind later commands.
 * Everything else, and tags where scripts are not permitted, goes as a pipeline of single commands.
 */
export function createPublisher(options: PublisherOptions): BridgeConnection['publish'] {
  const { redis, entry, base, sent, words } = options
  const head = messageHead('valkey', base)
  const allChanges = valkeyNames.allChanges(base)
  const life = entry.key_ttl === undefined ? '0' : String(Math.max(1, Math.round(entry.key_ttl)))

  let scripts = options.scripts

  const byScript = (message: Message | undefined): message is TagMessage =>
    scripts && message?.subject.kind === 'tag' && !(message.refresh && life === '0')

  function sendScript(messages: readonly TagMessage[], settled: (index: number, error?: Error) => void) {
    const keys: string[] = []
    const args: string[] = []
    for (const { subject, body, refresh } of messages) {
      if (entry.publish_changes && !refresh) noteValue(subject.plc, head + body)
      keys.push(valkeyNames.tag(base, subject.plc, subject.tag))
      args.push(head + body, entry.publish_changes && !refresh ? valkeyNames.changes(base, subject.plc) : '')
    }
    redis.eval(script, keys.length, ...keys, life, allChanges, ...args).then(
      (failed) => {
        const errors = failures(failed)
        for (let i = 0; i < messages.length; i++) settled(i, errors?.get(i + 1))
      },
      (error: unknown) => {
        // One key outside of the user's rights has the whole call refused: single commands fail alone.
        if (isNotPermitted(error)) scripts = false
        const told = words(error)
        for (let i = 0; i < messages.length; i++) settled(i, told)
      },
    )
  }

  function failures(reply: unknown): Map<number, Error> | undefined {
    if (!Array.isArray(reply) || reply.length === 0) return undefined
    const errors = new Map<number, Error>()
    for (let i = 0; i < reply.length; i += 2) errors.set(Number(reply[i]), words(new Error(String(reply[i + 1]))))
    return errors
  }

  function sendCommands(messages: readonly Message[], settled: (index: number, error?: Error) => void) {
    const commands = messages.map(commandsOf)
    redis
      .pipeline(commands.flat())
      .exec()
      .then(
        (results) => {
          let at = 0
          commands.forEach((own, i) => {
            const failed = results?.slice(at, at + own.length).find(([error]) => error !== null)?.[0]
            at += own.length
            settled(i, failed ? words(failed) : undefined)
          })
        },
        (error: unknown) => {
          const told = words(asError(error))
          for (let i = 0; i < messages.length; i++) settled(i, told)
        },
      )
  }

  /** On both channels. */
  function noteValue(plc: string, payload: string) {
    if (!sent.values) return
    sent.note(valkeyNames.changes(base, plc), payload)
    sent.note(allChanges, payload)
  }

  function commandsOf({ subject, body, refresh }: Message): Command[] {
    const payload = head + body
    switch (subject.kind) {
      case 'tag': {
        if (refresh && life === '0') return []
        const key = valkeyNames.tag(base, subject.plc, subject.tag)
        const set: Command = life === '0' ? ['set', key, payload] : ['set', key, payload, 'PX', life]
        if (refresh || !entry.publish_changes) return [set]
        noteValue(subject.plc, payload)
        return [set, ['publish', valkeyNames.changes(base, subject.plc), payload], ['publish', allChanges, payload]]
      }
      case 'health': {
        const name = valkeyNames.health(base, subject.plc)
        sent.note(name, payload)
        return [
          ['set', name, payload, 'PX', String(healthLifeMs)],
          ['publish', name, payload],
        ]
      }
      case 'response':
        sent.note(subject.to, payload)
        return [['publish', subject.to, payload]]
      case 'clear': {
        const { what } = subject
        const key = what.kind === 'tag' ? valkeyNames.tag(base, what.plc, what.tag) : valkeyNames.health(base, what.plc)
        return [['del', key]]
      }
    }
  }

  return (messages, settled) => {
    for (let start = 0; start < messages.length; ) {
      const first = start
      const part = messages.slice(start, start + tagsPerCall)
      const kind = byScript(part[0])
      const other = part.findIndex((message) => byScript(message) !== kind)
      if (other > 0) part.length = other
      start += part.length
      const tell = (index: number, error?: Error) => settled(first + index, error)
      if (part.every(byScript)) sendScript(part, tell)
      else sendCommands(part, tell)
    }
  }
}
