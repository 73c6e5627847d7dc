/** For tests: an entry of a made-up site whose PLC and broker are what the test says; whatever else is asked throws. */
import type { Requester } from '#main/bridges/requester'
import { parseConfig } from '#main/config/parse'
import type { CheckContext, RunContext, RunEntry } from './context.ts'

/** Stands where nothing is to be called. */
export const nothing = () => {
  throw new Error('not used here')
}

export interface MadeUp {
  readonly entry: RunEntry
  readonly context: RunContext
}

/** `yaml` is the site's configuration with one MQTT entry. */
export function madeUp(yaml: string, ofEntry: Partial<RunEntry>, ofContext: Partial<RunContext>): MadeUp {
  const parsed = parseConfig(yaml, 'test.yaml')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const [config] = parsed.config.mqtt
  if (!config) throw new Error('no entry in the made-up site')
  const entry: RunEntry = {
    id: { service: 'mqtt', name: config.name },
    key: `mqtt "${config.name}"`,
    base: parsed.config.namespace,
    broker: '127.0.0.1:1883',
    config,
    problem: () => '',
    takesRequests: () => true,
    note: () => '',
    requester: nothing,
    inspector: nothing,
    isOwn: () => false,
    subscribeAgain: nothing,
    reopenIntake: nothing,
    ...ofEntry,
  }
  let digits = 0
  const context: RunContext = {
    config: parsed.config,
    identity: { instance: 'i', boot: 'b', who: 'w' },
    entries: [entry],
    claim: nothing,
    sites: () => [],
    plcs: () => [],
    readTag: nothing,
    plcClock: nothing,
    onEnded: () => () => {},
    closeGateFor: nothing,
    remember: nothing,
    restored: nothing,
    gaveUp: nothing,
    hex: (n) => (++digits).toString(16).padStart(n, '0'),
    now: () => Date.now(),
    times: { listenMs: 0, answerMs: 0, lingerMs: 0, quietMs: 0 },
    ...ofContext,
  }
  return { entry, context }
}

/** For one check, with one client for all that it sends. */
export function forCheck({ entry, context }: MadeUp): CheckContext {
  const client: Requester = entry.requester()
  return { ...context, signal: new AbortController().signal, say: () => {}, client: () => client, atEnd: () => {} }
}
