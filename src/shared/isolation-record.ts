/** Presence and owner records as they stand on a broker: JSON text, made and read here alone. */
import { z } from 'zod'
import { type OwnerRecord, type PresenceRecord, recordStates } from './isolation.ts'

const text = (longest: number) => z.string().max(longest)
/** Only shown: whoever writes a longer one is there all the same. */
const shown = (longest: number) => z.string().transform((all) => all.slice(0, longest))

const mark = {
  instance: text(100).min(1),
  boot: text(100).min(1),
  host: shown(300),
  site: shown(300).default(''),
  version: shown(100).default(''),
  namespace: text(100).default(''),
  plcs: z
    .array(
      z.object({
        name: text(200),
        vendor: z.number().int().min(0).max(0xffff),
        serial: z.number().int().min(0).max(0xffff_ffff),
      }),
    )
    .max(1_000)
    .default([]),
  time: text(60).default(''),
}

const presence = z.object({ ...mark, state: z.enum(recordStates) })
const owner = z.object({
  ...mark,
  takeover: z
    .object({
      name: shown(300),
      reason: shown(2_000),
      time: text(60),
      from: z.object({ instance: text(100), host: shown(300), site: shown(300) }),
    })
    .exactOptional(),
})

/** Undefined where the text is not such a record: cut, of another product, or written by hand. */
export function parsePresence(record: string): PresenceRecord | undefined {
  return parsed(presence, record)
}

export function parseOwner(record: string): OwnerRecord | undefined {
  return parsed(owner, record)
}

function parsed<T>(schema: z.ZodType<T>, record: string): T | undefined {
  try {
    const read = schema.safeParse(JSON.parse(record))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}
