import { defineConfig } from '@playwright/test'
import type { HostName } from './e2e/window/hosts.ts'

/** The same journeys in the desktop application and in a browser. Both run what `npm run build` has made. */
export default defineConfig<{ host: HostName }>({
  testDir: 'e2e/window',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
  // A journey that needs a second try is told as flaky in the report.
  retries: process.env.CI ? 2 : 0,
  forbidOnly: process.env.CI !== undefined,
  reporter: process.env.CI ? [['list'], ['html', { open: 'never', outputFolder: 'out/e2e-report' }]] : 'list',
  outputDir: 'out/e2e',
  projects: [
    { name: 'electron', testIgnore: /browser\.spec/, use: { host: 'electron' } },
    { name: 'page', testDir: 'e2e/page' },
    { name: 'browser', testIgnore: /desktop\.spec/, use: { host: 'browser' } },
  ],
})
