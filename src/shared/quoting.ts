/**
 * One argument of a command, written so that the shell hands exactly this text to the program. POSIX shells (sh, bash,
 * zsh) and the Windows prompt (cmd.exe); PowerShell quotes in its own way and is not served.
 */

export const shells = ['posix', 'cmd'] as const
export type Shell = (typeof shells)[number]

/** `$NAME` or `%NAME%`, quoted: the value is filled in by the shell, so that a secret stands in no command. */
export function variable(name: string, shell: Shell): string {
  return shell === 'posix' ? `"$${name}"` : `"%${name}%"`
}

/** `text` as one argument; undefined where the shell can't pass it (a line break or NUL at the Windows prompt). */
export function quoted(text: string, shell: Shell): string | undefined {
  return shell === 'posix' ? posixQuoted(text) : cmdQuoted(text)
}

/** Texts made of these alone mean the same in both shells without quotes. */
const plain = /^[A-Za-z0-9_.,:/@=-]+$/

function posixQuoted(text: string): string | undefined {
  if (text.includes('\0')) return undefined
  return plain.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/**
 * Two parsers read the line: cmd.exe (quotes protect `& | < > ^`, a caret protects outside quotes) and then the program
 * itself (backslash and quote by the rules of the C run time).
 */
function cmdQuoted(text: string): string | undefined {
  if (/[\r\n\0]/.test(text)) return undefined
  if (plain.test(text)) return text
  const forProgram = `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
  // Quotes inside switch cmd's own protection off and on, an odd one for the rest of the line; `%` would be filled in
  // even between quotes.
  const quotesInside = text.split('"').length - 1
  const needsCarets = text.includes('%') || quotesInside % 2 === 1 || (quotesInside > 0 && /[&|<>^()!]/.test(text))
  return needsCarets ? forProgram.replace(/["&|<>^()%!]/g, '^$&') : forProgram
}

/**
 * The same JSON in letters that no shell touches: what is special to cmd.exe, and all that is not ASCII (the prompt has
 * a code page of its own), becomes `\uXXXX`. These occur inside JSON strings only, so the value stays the same.
 */
export function shellProofJson(json: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  // An escaped quote or backslash first, as one: a backslash before a closing quote would read as another thing.
  return json
    .replace(/\\(["\\])/g, (_, character: string) => escaped(character))
    .replace(/[&|<>^%!'`]|[^\x20-\x7e]/g, escaped)
}
