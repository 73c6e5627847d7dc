/** JSON on several lines without losing a digit of a number. Pure. */
export function prettyJson(json: string): string {
  let depth = 0
  let out = ''
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{},:]|[^[\]{},:"\s]+/g)) {
    if (token === '{' || token === '[') {
      depth += 1
      out += `${token}\n${'  '.repeat(depth)}`
    } else if (token === '}' || token === ']') {
      depth = Math.max(0, depth - 1)
      out += `\n${'  '.repeat(depth)}${token}`
    } else if (token === ',') out += `,\n${'  '.repeat(depth)}`
    else out += token === ':' ? ': ' : token
  }
  return out.replace(/([[{])\s*\n\s*([\]}])/g, '$1$2')
}
