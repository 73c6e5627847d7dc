import type { Reporter, TestCase } from 'vitest/node'

/** Tells which tests passed only when they were tried again: each of them hides a fault in the test or in the product. */
export function flakyReporter(write: (text: string) => void = (text) => void process.stdout.write(text)): Reporter {
  const flaky: string[] = []
  return {
    onTestCaseResult: (test: TestCase) => {
      if (test.diagnostic()?.flaky) flaky.push(`${test.module.relativeModuleId}: ${test.fullName}`)
    },
    onTestRunEnd: () => {
      if (flaky.length > 0) write(`\nFlaky, passed when tried again:\n${flaky.map((name) => `  ${name}\n`).join('')}`)
    },
  }
}
