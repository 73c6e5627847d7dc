/**
 * The steps of a connection test that are the same for every broker: name, TCP, TLS, then what the broker's folder adds.
 * In go addresses and how errors are put into words; out come lines. No login is sent before TLS was found good.
 */
import { lookup } from 'node:dns/promises'
import { createConnection, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'
import { asError } from '#main/link'
import { type HostPort, joinAddress } from '#shared/address'
import type { Certificate, Right, TestLine } from './inspector.ts'
import { unlessAborted } from './unless-aborted.ts'

export interface TestOptions {
  /** Where the entry connects to: all are tried, one that can be reached is enough. */
  readonly targets: readonly HostPort[]
  /** Undefined where the entry uses no TLS. Rejects in words where a file can't be read. */
  tls(target: HostPort): Promise<ConnectionOptions | undefined>
  /** An error of a socket in words. */
  words(target: HostPort, error: Error): Error
  /** Logs in and out again; gives what to tell. Rejects in words. */
  login(signal: AbortSignal): Promise<string>
  rights(signal: AbortSignal): Promise<readonly Right[]>
}

/** Longest time of name, TCP and TLS each, ms. */
const stepMs = 5_000
const dayMs = 86_400_000

/** As `Inspector.test`: ends after a step that failed everywhere, and when the signal aborts. */
export async function* testLines(options: TestOptions, signal: AbortSignal): AsyncGenerator<TestLine, void, undefined> {
  try {
    let reached = false
    for (const target of options.targets) {
      for await (const line of reach(target, options, signal)) {
        yield line
        reached ||= line.step === 'tls' && line.result !== 'failed'
      }
    }
    if (!reached) return
    yield await line('login', async () => ({ text: await options.login(signal) }))
    const rights = await options.rights(signal)
    for (const { allowed, text } of rights)
      yield { step: 'rights', result: allowed === 'unknown' ? 'unknown' : allowed ? 'ok' : 'failed', text }
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof StepFailed) yield error.line
    else yield { step: 'rights', result: 'failed', text: asError(error).message }
  }
}

class StepFailed extends Error {
  readonly line: TestLine
  constructor(line: TestLine) {
    super(line.text)
    this.line = line
  }
}

async function line(
  step: TestLine['step'],
  work: () => Promise<Omit<TestLine, 'step' | 'result'> & { readonly result?: TestLine['result'] }>,
): Promise<TestLine> {
  try {
    return { step, result: 'ok', ...(await work()) }
  } catch (error) {
    if (error instanceof StepFailed) throw error
    throw new StepFailed({ step, result: 'failed', text: asError(error).message })
  }
}

/** Name, TCP and TLS of one address. Ends after the first that failed; that another one works is seen by the caller. */
async function* reach(target: HostPort, options: TestOptions, signal: AbortSignal): AsyncGenerator<TestLine> {
  try {
    yield await line('name', () => lookUp(target, options, signal))
    yield await line('tcp', () => connectTcp(target, options, signal))
    yield await line('tls', () => checkTls(target, options, signal))
  } catch (error) {
    if (!(error instanceof StepFailed) || signal.aborted) throw error
    yield error.line
  }
}

async function lookUp({ host, port }: HostPort, { words }: TestOptions, signal: AbortSignal) {
  if (isIP(host)) return { text: `${host} is an address: there is no name to look up` }
  try {
    const found = await unlessAborted(lookup(host, { all: true }), bounded(signal))
    return { text: `${host} is ${found.map(({ address }) => address).join(', ')}` }
  } catch (error) {
    throw words({ host, port }, withCode(error, 'EAI_AGAIN'))
  }
}

async function connectTcp(target: HostPort, { words }: TestOptions, signal: AbortSignal) {
  const from = performance.now()
  const socket = createConnection({ ...target })
  try {
    await ready(socket, 'connect', signal)
    return { text: `connected to ${joinAddress(target)} in ${Math.round(performance.now() - from)} ms` }
  } catch (error) {
    throw words(target, withCode(error, 'ETIMEDOUT'))
  } finally {
    socket.destroy()
  }
}

async function checkTls(target: HostPort, { tls, words }: TestOptions, signal: AbortSignal) {
  const options = await tls(target)
  if (!options)
    return {
      result: 'unknown' as const,
      text: 'not used (use_tls: false): login and values can be read on the way. Use TLS where the network is not yours alone',
    }
  // Nothing is sent over this connection: it is made to see the certificate, also one that is refused below.
  const socket = connectTls({ ...target, ...options, rejectUnauthorized: false })
  try {
    await ready(socket, 'secureConnect', signal)
    const certificate = certificateOf(socket.getPeerCertificate())
    const refused = refusalOf(socket)
    if (refused) {
      const text = `${words(target, refused).message} It is made for ${certificate.names.join(', ') || certificate.subject} by ${certificate.issuer}.`
      throw new StepFailed({ step: 'tls', result: 'failed', text, certificate })
    }
    return { text: certificateText(socket, certificate), certificate }
  } catch (error) {
    if (error instanceof StepFailed) throw error
    throw words(target, withCode(error, 'ETIMEDOUT'))
  } finally {
    socket.destroy()
  }
}

function certificateText(socket: TLSSocket, { subject, issuer, expiresAt }: Certificate): string {
  const days = Math.floor((expiresAt - Date.now()) / dayMs)
  const until = new Date(expiresAt).toISOString().slice(0, 10)
  const soon = days < 30 ? '. Renew it soon' : ''
  return `${socket.getProtocol() ?? 'TLS'}, certificate of ${subject} by ${issuer}, valid until ${until} (${days} days)${soon}`
}

/** Node gives the code alone, as a text. */
function refusalOf(socket: TLSSocket): Error | undefined {
  if (socket.authorized) return undefined
  const why: unknown = socket.authorizationError
  const code = why instanceof Error && 'code' in why ? String(why.code) : String(why)
  return Object.assign(new Error(why instanceof Error ? why.message : code), { code })
}

function certificateOf(peer: PeerCertificate): Certificate {
  const names = (peer.subjectaltname ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''))
  return {
    subject: nameOf(peer.subject),
    issuer: nameOf(peer.issuer),
    names: names.filter((name) => name !== ''),
    expiresAt: Date.parse(peer.valid_to),
  }
}

function nameOf(of: PeerCertificate['subject'] | undefined): string {
  const name: unknown = of?.CN ?? of?.O
  return name === undefined ? 'somebody without a name' : String(name)
}

/** Resolves with the event, rejects with the socket's error or the reason of the signal. */
function ready(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    socket.once(event, () => resolve())
    socket.on('error', reject)
    socket.once('close', () => reject(Object.assign(new Error('closed by the other side'), { code: 'ECONNRESET' })))
  })
  return unlessAborted(done, bounded(signal))
}

function bounded(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(stepMs)])
}

/** Our own time limit has no code of the system's. */
function withCode(error: unknown, code: string): Error {
  const known = asError(error)
  return known.name === 'TimeoutError' ? Object.assign(new Error(code), { code }) : known
}
