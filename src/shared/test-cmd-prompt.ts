/**
 * How cmd.exe and a Windows program's run time take a command line apart, after Microsoft's descriptions ("Parsing C
 * command-line arguments", and the phases of cmd's parser): what the quoting for the Windows prompt is tested against.
 */

/** Throws where cmd.exe would see an operator or fill in a variable: the command would not arrive as it was written. */
export function cmdArguments(line: string): string[] {
  return programArguments(afterPrompt(line))
}

/** What cmd.exe hands on: carets and variables are its own. */
function afterPrompt(line: string): string {
  // A pair of % with a name between is filled in first, quotes or not; a name with a caret is no variable of anybody.
  const filledIn = /%([^%^"]+)%/.exec(line)
  if (filledIn) throw new Error(`cmd.exe fills in ${filledIn[0]}`)
  let out = ''
  let inQuotes = false
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i)
    if (character === '^' && !inQuotes) {
      i += 1
      out += line.charAt(i)
    } else {
      if (character === '"') inQuotes = !inQuotes
      else if (!inQuotes && /[&|<>]/.test(character)) throw new Error(`cmd.exe takes ${character} for itself`)
      out += character
    }
  }
  return out
}

/** The run time's rules: 2n backslashes and a quote are n backslashes and a mark; 2n + 1 and a quote, n and a quote. */
function programArguments(line: string): string[] {
  const all: string[] = []
  let current: string | undefined
  let inQuotes = false
  let i = 0
  while (i < line.length) {
    const character = line.charAt(i)
    if (character === '\\') {
      const slashes = /^\\+/.exec(line.slice(i))?.[0].length ?? 0
      const beforeQuote = line.charAt(i + slashes) === '"'
      current = (current ?? '') + '\\'.repeat(beforeQuote ? Math.floor(slashes / 2) : slashes)
      i += slashes
      if (beforeQuote && slashes % 2 === 1) {
        current += '"'
        i += 1
      }
    } else if (character === '"') {
      inQuotes = !inQuotes
      current = current ?? ''
      i += 1
    } else if (/[ \t]/.test(character) && !inQuotes) {
      if (current !== undefined) all.push(current)
      current = undefined
      i += 1
    } else {
      current = (current ?? '') + character
      i += 1
    }
  }
  if (current !== undefined) all.push(current)
  return all
}
