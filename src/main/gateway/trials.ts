/** Tries settings on a connection of their own, before they are saved: of a PLC, of a broker. */
import { changeText } from '#main/config/change-text'
import type { SecretSources, SecretStore } from '#main/config/secrets'
import { emptyText } from '#main/config/text-jobs'
import { asError } from '#main/link'
import { silentLog } from '#main/log'
import { createDriver } from '#main/plcs/index'
import { entryText, type Service } from '#shared/broker'
import type { BrokerConfig, Config } from '#shared/config'
import type { ConfigEdit, EntryDraft, PlcDraft } from '#shared/contract/edits'
import type { PlcTestStep } from '#shared/contract/plcs'
import { type ConnectStage, serialText } from '#shared/plc'
import type { TestStep } from '#shared/site'
import { type ClientSources, clientsFor } from './clients.ts'
import { entryConfig } from './parts.ts'

/** A whole try takes no longer, in ms. */
const longestMs = 30_000

type Step = Extract<TestStep, { kind: 'step' }>

/** Runs a try until it ends or the window leaves; `ended` is told last. Returns how to stop. */
function attempt<T>(
  emit: (item: T | Extract<TestStep, { kind: 'ended' }>) => void,
  run: (tell: (item: T) => void, signal: AbortSignal) => Promise<boolean>,
): () => void {
  const leaving = new AbortController()
  const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(longestMs)])
  const begun = performance.now()
  const tell = (item: T) => {
    if (!leaving.signal.aborted) emit(item)
  }
  void run(tell, signal)
    .catch(() => false)
    .then((ok) => {
      if (!leaving.signal.aborted) emit({ kind: 'ended', ok, tookMs: Math.round(performance.now() - begun) })
    })
  return () => leaving.abort(new Error('given up'))
}

const step = (name: string, result: Step['result'], text: string): Step => ({ kind: 'step', step: name, result, text })

/** What the file's own rules say of a draft, with all that is absent filled in. */
function configOfDraft(edit: ConfigEdit, namespace: string): Config | string {
  const made = changeText(emptyText, 'draft', [{ kind: 'set', keys: { namespace } }, edit])
  if (!made.ok) return made.error
  if (made.parsed.ok) return made.parsed.config
  return made.parsed.problems
    .filter(({ severity }) => severity === 'error')
    .map(({ text }) => text)
    .join(' ')
}

const stageTitles: Readonly<Record<ConnectStage, string>> = {
  connecting: 'TCP connection',
  registering: 'EtherNet/IP session',
  opening: 'way to the CPU',
  identifying: 'identity',
  browsing: 'tag list',
}

export function testPlc(draft: PlcDraft, emit: (item: PlcTestStep) => void): () => void {
  return attempt<PlcTestStep>(emit, async (tell, signal) => {
    const config = configOfDraft({ kind: 'add-plc', plc: draft }, 'test')
    const plc = typeof config === 'string' ? undefined : config.plcs[0]
    if (!plc) {
      tell(step('settings', 'failed', String(config)))
      return false
    }
    let stage: ConnectStage = 'connecting'
    const passed = () => tell(step(stageTitles[stage], 'ok', ''))
    try {
      const connection = await createDriver({ ...plc, enabled: true }, { log: silentLog }).connect({
        signal,
        onStage: (next) => {
          if (next !== stage) passed()
          stage = next
        },
      })
      passed()
      const { identity, degraded, details } = connection
      tell({ kind: 'identity', identity })
      tell(
        step(
          'controller',
          'ok',
          `${identity.productName}, revision ${identity.revision}, serial ${serialText(identity.serial)}, ${identity.mode}` +
            `${details.tags === undefined ? '' : `, ${details.tags} tags`}${degraded ? `; ${degraded}` : ''}`,
        ),
      )
      await connection.close()
      return true
    } catch (error) {
      tell(step(stageTitles[stage], 'failed', asError(error).message))
      return false
    }
  })
}

export interface BrokerTrial {
  readonly service: Service
  readonly draft: EntryDraft
  readonly password?: string
}

export interface TrialContext extends ClientSources {
  /** What runs; a draft without a password of its own uses that of the entry of its name. */
  readonly config: Config | undefined
}

export function testBroker(trial: BrokerTrial, context: TrialContext, emit: (item: TestStep) => void): () => void {
  return attempt<TestStep>(emit, async (tell, signal) => {
    const { service, draft } = trial
    const id = { service, name: draft.name }
    // Names are those the entry would have: rights are asked for them.
    const namespace = context.config?.namespace ?? 'warlink-test'
    const config = configOfDraft({ kind: 'add-entry', service, entry: draft }, namespace)
    const entry = typeof config === 'string' ? undefined : entryConfig(config, id)
    if (typeof config === 'string' || !entry) {
      tell(step('settings', 'failed', String(config)))
      return false
    }
    const clients = await clientsFor(withPassword(config, trial, entry, context.config), id, {
      ...context,
      secrets: trial.password === undefined ? context.secrets : typed(trial.password, context.secrets),
    })
    if (!clients.ok) {
      tell(step('password', 'failed', clients.error))
      return false
    }
    const inspector = clients.value.inspector()
    try {
      let ok = true
      for await (const { step: name, result, text } of inspector.test(signal)) {
        if (result === 'failed') ok = false
        tell(step(name, result, text))
      }
      return ok
    } catch (error) {
      tell(step('connection', 'failed', `${entryText(id)}: ${asError(error).message}`))
      return false
    }
  })
}

/** Name under which a typed password is asked for. */
const typedName = 'typed'

/** The draft's configuration with the password to try: the one typed, or that of the entry of this name in the file. */
function withPassword(
  config: Config,
  { service, draft, password }: BrokerTrial,
  entry: BrokerConfig,
  running: Config | undefined,
): Config {
  const saved = running && entryConfig(running, { service, name: draft.name })?.password
  const reference = password === undefined ? saved : `\${secret:${typedName}}`
  const { password: _none, ...bare } = entry
  return { ...config, [service]: [reference === undefined ? bare : { ...bare, password: reference }] }
}

/** What was typed is a secret like any other, and is kept nowhere. */
function typed(password: string, { env, store }: SecretSources): SecretSources {
  const only: SecretStore = {
    title: 'the form',
    get: async (name) => (name === typedName ? password : store?.get(name)),
    set: async () => {},
    delete: async () => {},
    names: async () => [typedName],
  }
  return { env, store: only }
}
