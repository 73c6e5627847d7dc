/** What stands for a secret. */
const hidden = '‹hidden›'
/** A secret this short would black out half of every line: it is only hidden where it stands alone. */
const shortSecret = 4
/** `user:password@` in a URL, whosever password it is. */
const inUrl = /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,200}):[^\s/@]{1,500}@/gi

export interface Mask {
  /** From now on this text is hidden, also as it looks in JSON, in a URL and in Base64. */
  add(secret: string): void
  apply(text: string): string
}

/** Hides the secrets it has been told of. They are known when the configuration is resolved, and stay known. */
export function createMask(): Mask {
  const forms = new Set<string>()
  let pattern: RegExp | undefined
  return {
    add: (secret) => {
      if (secret === '') return
      for (const form of formsOf(secret)) forms.add(form)
      // The longest first: one secret may begin like another.
      const sorted = [...forms].sort((a, b) => b.length - a.length)
      pattern = new RegExp(sorted.map(patternOf).join('|'), 'gu')
    },
    apply: (text) => {
      const plain = text.includes('://') ? text.replace(inUrl, `$1:${hidden}@`) : text
      return pattern ? plain.replace(pattern, hidden) : plain
    },
  }
}

function formsOf(secret: string): readonly string[] {
  const inJson = JSON.stringify(secret).slice(1, -1)
  const base64 = secret.length < shortSecret ? [] : [Buffer.from(secret).toString('base64')]
  return [secret, inJson, encodeURIComponent(Buffer.from(secret).toString()), ...base64]
}

function patternOf(form: string): string {
  const exact = form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return form.length < shortSecret ? `(?<![\\p{L}\\p{N}])${exact}(?![\\p{L}\\p{N}])` : exact
}
