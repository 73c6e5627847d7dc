/**
 * Before a test run: builds the product and starts the shared brokers, each only where a selected test file wants it.
 * What a file wants is read from its text (`liveDescribe('kafka', …)`, `builtCli()`), so that a run without such tests
 * starts at once.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { startKafka } from './kafka.ts'
import { startMosquitto } from './mosquitto.ts'
import { startRedis } from './redis.ts'
import { Missing, type Server } from './server.ts'

export type BrokerName = 'mosquitto' | 'redis' | 'kafka'

/** What a test file finds: a broker on `port`, or one line that says why there is none. */
export type SharedBroker = { readonly port: number } | { readonly missing: string }

declare module 'vitest' {
  interface ProvidedContext {
    mosquitto: SharedBroker
    redis: SharedBroker
    kafka: SharedBroker
  }
}

const starters: Readonly<Record<BrokerName, () => Promise<Server>>> = {
  mosquitto: () => startMosquitto(),
  redis: () => startRedis(),
  kafka: () => startKafka(),
}
const names = ['mosquitto', 'redis', 'kafka'] as const

/** Vitest calls it once a run; what it returns is called at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const texts = project.vitest.state.getPaths().map((path) => readFileSync(path, 'utf8'))
  const wanted = (pattern: RegExp) => texts.some((text) => pattern.test(text))

  if (wanted(/\bbuiltCli\(/) && existsSync('src/main/cli.ts'))
    execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })

  const servers: Server[] = []
  await Promise.all(
    names.map(async (name) => {
      if (!wanted(new RegExp(`liveDescribe\\(\\s*'${name}'`)))
        return project.provide(name, { missing: `not started: no selected file says liveDescribe('${name}', …)` })
      try {
        const server = await starters[name]()
        servers.push(server)
        project.provide(name, { port: server.port })
      } catch (error) {
        if (!(error instanceof Missing)) throw error
        project.provide(name, { missing: error.message })
      }
    }),
  )
  return async () => {
    await Promise.all(servers.map((server) => server.stop()))
  }
}
