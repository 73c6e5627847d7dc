import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'

/**
 * Writes the test files that failed into `path`, one a line, for a run of just these; an empty file when none did. A
 * file whose preparation failed (`beforeAll`) is among them: vitest's own second try is for single tests only.
 */
export function failedFilesReporter(path: string): Reporter {
  return {
    onTestRunEnd: (modules: readonly TestModule[]) => {
      const failed = modules.filter((module) => module.state() === 'failed').map((module) => module.relativeModuleId)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, failed.map((file) => `${file}\n`).join(''))
    },
  }
}
