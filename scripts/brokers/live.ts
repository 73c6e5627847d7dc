/** What a test against real brokers needs: the shared broker, names that nobody else uses, the built command line. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, inject, test } from 'vitest'
import type { BrokerName } from './setup.ts'

/**
 * `describe` for tests that need a real broker; `body` gets the one all test files share. Where the broker is not
 * installed the tests are skipped with the reason printed, and fail when `CI` is set. A body that starts its own broker
 * (to kill it, or for TLS) is inside such a block too. Write the broker's name as a literal: `setup.ts` looks for it.
 */
export function liveDescribe(
  broker: BrokerName,
  title: string,
  body: (shared: { readonly port: number }) => void,
): void {
  const shared = inject(broker)
  if ('port' in shared) {
    describe(title, () => body(shared))
    return
  }
  const reason = `${title}: ${shared.missing}`
  if (process.env.CI)
    describe(title, () => {
      test(`has ${broker}`, () => {
        throw new Error(reason)
      })
    })
  else {
    console.warn(`skipped: ${reason}`)
    describe.skip(`${title} (${shared.missing})`, () => body({ port: 0 }))
  }
}

/** A namespace of its own for each caller: test files share the brokers and run side by side. */
export function uniqueNamespace(prefix = 'test'): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`
}

/** Path of the command line as users get it, built before the run because the calling file names this function. */
export function builtCli(): string {
  const path = resolve(import.meta.dirname, '../../out/main/cli.js')
  if (!existsSync(path)) throw new Error(`${path} is not there. Run: npm run build`)
  return path
}
