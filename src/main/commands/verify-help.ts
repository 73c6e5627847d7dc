import { limits } from '#shared/isolation-run'
import { exit } from './exit.ts'

/** What an exit code of `warlink verify` means. */
export const verifyCodes: readonly (readonly [number, string])[] = [
  [exit.good, 'all twelve checks PASS'],
  [exit.failed, 'a check FAILs'],
  [exit.notProven, 'none fails, but something is NOT PROVEN (also where a person accepted it)'],
  [exit.usage, 'wrong use, or mistakes in the configuration'],
  [exit.unavailable, 'the checks could not be made, or their report not be written'],
  [exit.cancelled, 'cancelled (Ctrl+C); what was changed is set back'],
]

/** Printed below the options of `warlink verify --help`. */
export const verifyHelp = [
  'A gateway that runs on the configuration makes the run; without one, one is started for it. Of the PLC only the',
  'commissioning tag of the configuration is written, and set back. It takes up to 90 seconds, and up to 25 more where',
  'the gateway starts under its namespace for the first time.',
  '',
  'Exit codes:',
  ...verifyCodes.map(([code, text]) => `${String(code).padStart(5)}  ${text}`),
  '',
  'Limits:',
  ...limits.map((text) => `  - ${text}`),
].join('\n')
