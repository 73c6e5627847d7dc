import { defineConfig } from 'vitest/config'
import { failedFilesReporter } from './scripts/failed-files-reporter.ts'
import { flakyReporter } from './scripts/flaky-reporter.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/**/*.test.ts'],
    environment: 'node',
    globalSetup: ['scripts/brokers/setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Two cores, and three real brokers beside the tests: more workers only make them wait for each other.
    maxWorkers: 2,
    // One test in two thousand that failed once is told, and does not hide the rest.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default', flakyReporter(), failedFilesReporter('.cache/failed-tests')],
  },
})
