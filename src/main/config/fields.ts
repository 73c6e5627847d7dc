/** Kinds of values in the configuration file, as zod schemas whose messages say what is expected and what was found. */
import { z } from 'zod'
import { splitAddress } from '#shared/address'
import { durationMs, durationText } from '#shared/duration'
import { found } from './problems.ts'

/** Error text of a field: nothing there, or something else. `secret` keeps the value out of the text. */
function expecting(expected: string, options: { readonly secret?: true } = {}) {
  return (issue: { readonly input?: unknown }) => {
    if (issue.input === undefined) return `is missing. Expected ${expected}.`
    const value = options.secret ? 'something else' : found(issue.input)
    const quotes = typeof issue.input === 'number' && expected.startsWith('text') ? ' Put it in quotes.' : ''
    return `expected ${expected}, found ${value}.${quotes}`
  }
}

/** Any text that is not empty. */
export function text(what = 'text') {
  return z.string({ error: expecting(what) }).min(1, { error: `is empty. Expected ${what}.` })
}

/** A text kept out of every message. */
export function secret() {
  const error = expecting('text; put a password of digits in quotes', { secret: true })
  return z.string({ error }).refine((value) => !value.startsWith('${') || isReference(value), {
    error: `begins like a reference and is none. Expected \${ENV_NAME} or \${secret:NAME}.`,
  })
}

/** `${ENV_NAME}` or `${secret:mqtt/Central}`; undefined for clear text. */
export function referenceOf(value: string): { readonly kind: 'env' | 'secret'; readonly name: string } | undefined {
  const match = /^\$\{(?:(secret):([^${}\p{C}]{1,200})|([A-Za-z_][A-Za-z0-9_]*))\}$/u.exec(value)
  if (!match) return undefined
  return match[1] ? { kind: 'secret', name: match[2] ?? '' } : { kind: 'env', name: match[3] ?? '' }
}

function isReference(value: string): boolean {
  return referenceOf(value) !== undefined
}

/** A name under a rule of `names/rules.ts`. */
export function named(rule: (text: string) => string | undefined, what = 'text') {
  return z.string({ error: expecting(what) }).superRefine((value, context) => {
    const problem = rule(value)
    if (problem) context.addIssue({ code: 'custom', message: `${problem}.` })
  })
}

export function yesNo() {
  return z.boolean({ error: expecting('true or false') })
}

export function whole(min: number, max: number) {
  const ok = (value: unknown) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max
  return z.custom<number>(ok, { error: expecting(`a whole number from ${min} to ${max}`) })
}

/** A finite number; whole ones beyond 2^53 would be rounded unseen. */
export function number() {
  const ok = (value: unknown) => Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
  return z.custom<number>(ok, { error: expecting('a number with at most 15 digits') })
}

export function oneOf<const T extends readonly (string | number)[]>(values: T, hint = '') {
  const error = expecting(`${values.join(', ').replace(/, ([^,]*)$/, ' or $1')}${hint}`)
  return z.custom<T[number]>((value) => values.some((candidate) => candidate === value), { error })
}

/** `on` or `off`; some YAML tools write them as true and false. */
export function onOff() {
  return z.preprocess((value) => (value === true ? 'on' : value === false ? 'off' : value), oneOf(['on', 'off']))
}

/** `500ms`, `1s`, `1m30s`, `0.5s` → ms. `min`, `max` in ms, both allowed; `zero` allows 0 as well. */
export function duration(min: number, max: number, options: { readonly zero?: true } = {}) {
  return z.unknown().transform((value, context) => {
    const ms = typeof value === 'string' ? durationMs(value) : options.zero && value === 0 ? 0 : undefined
    const fits = ms !== undefined && ((ms >= min && ms <= max) || (options.zero && ms === 0))
    if (fits) return ms
    const expected = `a duration from ${durationText(min)} to ${durationText(max)}, such as 500ms, 2s or 1m30s`
    context.issues.push({ code: 'custom', message: expecting(expected)({ input: value }), input: value })
    return z.NEVER
  })
}

/**
 * `host` or `host:port`, kept as text. What looks like a URL is never repeated, for it may hold a password. `login`: the
 * keys username, password and use_tls stand beside it.
 */
export function hostPort(defaultPort: number, options: { readonly login?: true } = {}) {
  const expected = `a host name or IP address, with :port where it is not ${defaultPort}`
  const { login } = options
  return z.string({ error: expecting(expected) }).refine((value) => splitAddress(value, defaultPort) !== undefined, {
    error: ({ input }) => {
      const text = String(input)
      if (text.includes('@'))
        return `must not hold a user or password. ${login ? 'Put them under username and password.' : `Expected ${expected}.`}`
      if (text.includes('://'))
        return `must not be a URL. Expected ${expected}.${login ? ' For TLS set use_tls: true.' : ''}`
      return `expected ${expected}, found ${found(input)}.`
    },
  })
}

/** A list whose items are read one by one later. */
export function items(what: string) {
  return z.array(z.unknown(), { error: expecting(`a list of ${what} ("- " before each)`) })
}

export function listOf<T extends z.ZodType>(item: T, what: string) {
  return z.array(item, { error: expecting(`a list of ${what}`) })
}
