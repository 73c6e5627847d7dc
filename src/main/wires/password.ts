/** Checks a password without telling anything by time, and not more often than a person types. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

export type PasswordOutcome = 'right' | 'wrong' | 'too-many'

export interface PasswordCheck {
  /** `from`: address of the caller, which is slowed down by itself first. */
  check(given: string, from: string): Promise<PasswordOutcome>
}

/** scrypt as OWASP advises it: 32 MiB and some 100 ms for each try. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const
const keyBytes = 32
/** A longer one would only cost us time. */
export const longestPassword = 1_000

/** Tries within this time, of one caller and of all. */
const windowMs = 60_000
const mostOfOne = 5
const mostOfAll = 30

export async function createPasswordCheck(password: string, now: () => number = Date.now): Promise<PasswordCheck> {
  const salt = randomBytes(16)
  const right = await derive(password, salt)
  let tries: { readonly from: string; readonly at: number }[] = []
  let last: Promise<unknown> = Promise.resolve()

  /** One at a time: tries must not take the processor from the gateway. */
  async function compare(given: string): Promise<boolean> {
    const turn = last.then(() => derive(given, salt))
    last = turn.catch(() => {})
    return timingSafeEqual(await turn, right)
  }
  return {
    check: async (given, from) => {
      tries = tries.filter(({ at }) => at > now() - windowMs)
      if (tries.length >= mostOfAll || tries.filter((one) => one.from === from).length >= mostOfOne) return 'too-many'
      if (given.length > longestPassword) return 'wrong'
      const one = { from, at: now() }
      tries.push(one)
      if (!(await compare(given))) return 'wrong'
      tries = tries.filter((other) => other !== one)
      return 'right'
    },
  }
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, keyBytes, cost, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
