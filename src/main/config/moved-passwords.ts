/** Passwords that have moved from the file to a store: the text that is kept of the version before must not hold them. Pure. */
import { type EntryId, entryText, services } from '#shared/broker'
import type { Config } from '#shared/config'
import { referenceOf } from './fields.ts'
import { secretName, secretNames, secretReference } from './secrets.ts'

/**
 * The text of `former` with references in the place of its clear passwords, where `next` has begun to refer to a store and
 * holds them no more. Undefined where one of them is written in a way that is not found.
 */
export function withoutMoved(text: string, former: Config, next: Config): string | undefined {
  const moved = movedPasswords(former, next)
  const found = new Set<string>()
  let result = ''
  let end = 0
  for (const match of text.matchAll(/\bpassword["']?\s*:\s*/g)) {
    const at = match.index + match[0].length
    for (const [password, reference] of moved) {
      const written = scalars(password).find(
        (scalar) => text.startsWith(scalar, at) && endsAt(text, at + scalar.length),
      )
      if (written === undefined || at < end) continue
      found.add(password)
      result += text.slice(end, at) + JSON.stringify(reference)
      end = at + written.length
    }
  }
  return found.size === moved.size ? result + text.slice(end) : undefined
}

/** With the reference that stands for each of them. */
function movedPasswords(former: Config, next: Config): ReadonlyMap<string, string> {
  const before = passwords(former)
  const after = passwords(next)
  const now = new Map(after.map(({ id, password }) => [entryText(id), password]))
  // Under that name the store may have the password of another entry.
  const taken = new Set([...secretNames(former), ...secretNames(next)])
  const known = new Set(before.map(({ password }) => password))
  if (!after.some(({ password }) => referenceOf(password) && !known.has(password))) return new Map()
  const moved = before.filter(
    ({ password }) => !referenceOf(password) && !after.some((one) => one.password === password),
  )
  return new Map(
    moved.map(({ id, password }) => {
      const reference = now.get(entryText(id))
      return [
        password,
        reference !== undefined && referenceOf(reference) ? reference : secretReference(secretName(id, taken)),
      ]
    }),
  )
}

function passwords(config: Config): readonly { readonly id: EntryId; readonly password: string }[] {
  return services.flatMap((service) =>
    config[service].flatMap(({ name, password }) =>
      password === undefined ? [] : [{ id: { service, name }, password }],
    ),
  )
}

/** The ways in which YAML has a text on one line. */
function scalars(text: string): readonly string[] {
  return [text, `'${text.replaceAll("'", "''")}'`, JSON.stringify(text)]
}

function endsAt(text: string, end: number): boolean {
  return /^(\s|[,}\]]|$)/.test(text.slice(end, end + 1))
}
