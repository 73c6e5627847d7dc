/**
 * Check 11: the connections: TLS and how long its certificate lasts, login, and the clocks of brokers and PLCs against
 * ours. A PLC's clock decides about no request and no timestamp of ours: it is told, and weighs nothing.
 */
import type { TestLine } from '#main/bridges/inspector'
import { asError } from '#main/link'
import type { Evidence } from '#shared/isolation-run'
import { about, type Check, type CheckContext, type Findings, type RunEntry, usable } from './context.ts'

const dayMs = 86_400_000
/** A certificate that ends sooner has to be renewed before it stops the site. */
const soonDays = 30

export const connectionCheck: Check = {
  number: 11,
  needsHolder: false,
  run: async (context): Promise<Findings> => {
    const { entries, evidence } = usable(context, 'connection')
    const found = await Promise.all(entries.map((entry) => look(context, entry)))
    const clocks = await Promise.all(context.plcs().map(({ name }) => plcClockEvidence(context, name)))
    return {
      evidence: [...evidence, ...found.flat(), ...clocks],
      notTried: ["The clocks of write senders: a sender's clock shows in the answers to its requests."],
    }
  },
}

async function look(context: CheckContext, entry: RunEntry): Promise<Evidence[]> {
  context.say(`${entry.key}: TLS, login and clock`)
  const lines: TestLine[] = []
  try {
    for await (const line of entry.inspector().test(context.signal)) lines.push(line)
  } catch (error) {
    context.signal.throwIfAborted()
    return [about(entry, 'not-proven', 'not tried', asError(error).message)]
  }
  context.signal.throwIfAborted()
  const failed = lines
    .filter(({ result }) => result === 'failed')
    .map(({ step, text }) => about(entry, 'fail', step, text))
  return [
    ...tlsEvidence(context, entry, lines),
    ...loginEvidence(entry),
    ...failed,
    await clockEvidence(context, entry),
  ]
}

function tlsEvidence(context: CheckContext, entry: RunEntry, lines: readonly TestLine[]): Evidence[] {
  if (!entry.config.use_tls)
    return [
      about(
        entry,
        'not-proven',
        'no TLS',
        `not encrypted: who is on the network to ${entry.broker} can read and write`,
      ),
    ]
  const certificate = lines.find(({ step }) => step === 'tls')?.certificate
  if (!certificate) return [about(entry, 'not-proven', 'TLS', 'encrypted; the certificate could not be read')]
  const days = Math.floor((certificate.expiresAt - context.now()) / dayMs)
  const until = new Date(certificate.expiresAt).toISOString().slice(0, 10)
  if (days < 0) return [about(entry, 'fail', 'expired', `certificate of ${certificate.subject} ended ${until}`)]
  return [
    about(
      entry,
      days < soonDays ? 'not-proven' : 'pass',
      'TLS',
      `certificate of ${certificate.subject} ends in ${days} days (${until})`,
    ),
  ]
}

function loginEvidence(entry: RunEntry): Evidence[] {
  const { username, cert_file } = entry.config
  if (username) return [about(entry, 'pass', 'login', `user ${username}`)]
  if (cert_file) return [about(entry, 'pass', 'login', 'client certificate')]
  return [about(entry, 'not-proven', 'no login', 'anybody who reaches the broker may do what we may')]
}

async function clockEvidence(context: CheckContext, entry: RunEntry): Promise<Evidence> {
  const clock = await entry
    .inspector()
    .clock(context.signal)
    .then((told) => ({ ...told, asked: true as const }))
    .catch((error: unknown) => ({ kind: 'unproven', text: asError(error).message, rules: [], asked: false }) as const)
  context.signal.throwIfAborted()
  // Where no right would help, the broker has no clock to ask for: a remark, nothing that could be proven.
  if (clock.kind === 'unproven')
    return about(entry, clock.asked && clock.rules.length === 0 ? undefined : 'not-proven', 'clock', clock.text)
  const { offsetMs, uncertaintyMs } = clock
  const text = `the broker's clock differs by ${Math.round(offsetMs)} ms (± ${Math.round(uncertaintyMs)} ms)`
  return about(
    entry,
    Math.abs(offsetMs) - uncertaintyMs > context.config.write_max_age ? 'fail' : 'pass',
    'clock',
    text,
  )
}

async function plcClockEvidence(context: CheckContext, plc: string): Promise<Evidence> {
  const remark = (word: string, text: string): Evidence => ({ plc, word, text })
  const [before, from] = [context.now(), performance.now()]
  try {
    const told = await context.plcClock(plc, context.signal)
    const tookMs = performance.now() - from
    if (told === undefined) return remark('clock', 'the controller does not tell its time')
    const offsetMs = told - (before + tookMs / 2)
    const text = `the controller's clock differs by ${Math.round(offsetMs)} ms (± ${Math.round(tookMs / 2) + 1} ms)`
    return Math.abs(offsetMs) - tookMs > context.config.write_max_age
      ? remark('clock off', `${text}: its own alarms and logs have another time than what is published. Set it`)
      : remark('clock', text)
  } catch (error) {
    context.signal.throwIfAborted()
    return remark('clock', asError(error).message)
  }
}
