/** Inputs that several calls take. All are bounded: what comes over a wire may be anything. */
import { z } from 'zod'
import { services } from '#shared/broker'

export const nothing = z.strictObject({})
export const service = z.enum(services)
/** Names are judged by what they are looked up in; here only their length is. */
export const name = z.string().min(1).max(500)
export const entryId = z.strictObject({ service, name })
/** Topic, key, list or channel; may be wrong on purpose. */
export const address = z.string().min(1).max(2_000)
export const filePath = z.string().min(1).max(4_096)
/**
 * A file to be made, with content that a window chooses, maybe on another computer: only under a name that no shell and
 * no service takes for one of its own. Endings in lower case, with their dot.
 */
export const newFile = (...endings: readonly string[]) =>
  filePath.refine((path) => endings.some((ending) => path.toLowerCase().endsWith(ending)), {
    error: `its name has to end in ${endings.join(' or ')}. Choose such a name.`,
  })
export const count = (most: number) => z.int().min(1).max(most)
export const offset = z.int().min(0).max(10_000_000)
/** `config.version`: SHA-256 in hex. */
export const version = z.string().max(64)
