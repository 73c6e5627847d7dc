/** A URL, or `user:password@host`. */
const login = /:\/\/|:.*@/s

/**
 * A piece of somebody's input as messages repeat it: at most `most` characters, and nothing at all where it may hold a
 * password.
 */
export function shown(text: string, most: number): string {
  if (login.test(text)) return '‹hidden›'
  return text.length > most ? `${text.slice(0, most)}…` : text
}
