/**
 * One configuration file, with or without a gateway on it: no file yet (the wizard's turn), a broken one, or a running
 * gateway. Changes of the file come in here and are applied to the gateway; a bad file never stops a running one.
 */
import { createStore } from 'zustand/vanilla'
import {
  type ConfigFile,
  createConfigFile,
  type MadeConfig,
  openConfigFile,
  type ReadConfig,
  type SaveOutcome,
} from '#main/config/file'
import { emptyText, type TextWork, textWorkHere } from '#main/config/text-jobs'
import type { KeyStore } from '#main/host'
import { asError } from '#main/link'
import type { Log } from '#main/log'
import type { WriteEvent } from '#main/writeback/write-event'
import type { EntryId } from '#shared/broker'
import type { Config, ConfigProblem } from '#shared/config'
import type { ConfigEdit } from '#shared/contract/edits'
import type { ChangeOutcome, ChangePreview, CsvReport, SiteState } from '#shared/site'
import { planChanges, type Step, stepText } from './apply.ts'
import { pinProblem } from './confirmed-pin.ts'
import type { Gateway, GatewayOptions, SendListener } from './gateway.ts'
import type { EntryBridge } from './parts.ts'
import { createVersions } from './versions.ts'
import type { ReadableCell } from './view.ts'

/** What there is now. */
export interface SiteNow {
  readonly state: SiteState
  readonly version: string
  /** Of the file as it was read last. */
  readonly problems: readonly ConfigProblem[]
  /** What runs, or should. */
  readonly config?: Config
  readonly gateway?: Gateway
}

export interface Site {
  /** Absolute, links followed. */
  readonly configPath: string
  readonly identity: { readonly instance: string; readonly boot: string }
  /** ms since the epoch: of the process. */
  readonly startedAt: number
  readonly now: ReadableCell<SiteNow>
  /** For long texts: what is done with them here holds up the gateway. */
  readonly work: TextWork
  /** Undefined while none runs. */
  gateway(): Gateway | undefined
  /** Hears each step of each write request, whatever gateway runs. Returns how to stop. */
  onWrite(listener: (event: WriteEvent) => void): () => void
  /** Hears what any gateway of this site sends. Returns how to stop. */
  onSend(listener: SendListener): () => void
  /**
   * Makes all edits or none, saves, and applies them. `version`: what the edits were made for; one that this site had
   * before is good too, since edits name what they change.
   */
  change(edits: readonly ConfigEdit[], options: ChangeOptions): Promise<ChangeOutcome>
  preview(edits: readonly ConfigEdit[]): Promise<ChangePreview>
  /** A table of tags: a dry run tells what would change and what is wrong; the real one changes all of it or nothing. */
  importTags(csv: string, how: ImportHow): Promise<CsvReport>
  /** A new file where there is none; then it runs. */
  create(from: { readonly edits: readonly ConfigEdit[] } | { readonly text: string }): Promise<ChangeOutcome>
  /** The whole text anew. */
  replace(text: string, options: ChangeOptions): Promise<ChangeOutcome>
  /** Takes over what is on the disk now. */
  reload(): Promise<ChangeOutcome>
  /** Ends the gateway, for good. */
  stop(): Promise<void>
}

export interface ChangeOptions {
  readonly version: string
  /** Save although somebody else changed the file. */
  readonly overwrite?: boolean
}

export interface ImportHow extends Pick<ChangeOptions, 'overwrite'> {
  /** Only tell what it would do. */
  readonly dryRun: boolean
}

/** What a gateway of this site is started with. */
export type SiteHooks = Required<Pick<GatewayOptions, 'onWrite' | 'onSend'>>

export interface SiteOptions {
  readonly configPath: string
  readonly identity: { readonly instance: string; readonly boot: string }
  readonly secrets: KeyStore
  /** Where long texts are read and changed; ended with the site. Absent: here. */
  readonly work?: TextWork
  /** Runs the configuration under this namespace instead of the file's. */
  readonly namespace?: string
  /** The bridges of a configuration's enabled entries. */
  buildEntries(config: Config): Promise<readonly EntryBridge[]>
  /** Starts a gateway on it. */
  start(config: Config, entries: readonly EntryBridge[], hooks: SiteHooks): Promise<Gateway>
  /** Hears each password, so that no log line can show it. */
  onSecret(secret: string): void
  readonly log: Log
}

/** Reads the file and starts the gateway where the file is good. Rejects only on a bug. */
export async function openSite(options: SiteOptions): Promise<Site> {
  const { log, secrets, work = textWorkHere } = options
  const file: ConfigFile = await openConfigFile(options.configPath, work)
  const startedAt = Date.now()
  const versions = createVersions()
  const listeners = new Set<(event: WriteEvent) => void>()
  const sendListeners = new Set<SendListener>()
  const hooks: SiteHooks = {
    onWrite: (event) => {
      for (const listener of listeners) listener(event)
    },
    onSend: (...sent) => {
      for (const listener of sendListeners) listener(...sent)
    },
  }
  const now = createStore<SiteNow>(() => ({ state: stateOf(file.current), ...factsOf(file.current) }))
  let stopped = false
  let last: Promise<unknown> = Promise.resolve()

  /** Changes wait for each other: the steps of one are done before the next is made. */
  function inTurn<T>(job: () => Promise<T>): Promise<T> {
    const result = last.then(job)
    last = result.catch(() => {})
    return result
  }

  /** What is to run of what was read; a text where the file is not good under the other namespace. */
  async function effective(read: { readonly config: Config; readonly text: string }): Promise<Config | string> {
    const { namespace } = options
    if (namespace === undefined) return read.config
    const made = await work.change(read.text, file.path, [{ kind: 'set', keys: { namespace } }])
    const parsed = made.ok ? made.parsed : undefined
    if (parsed?.ok) return parsed.config
    const why = made.ok ? parsed?.problems.find(({ severity }) => severity === 'error')?.text : made.error
    return `${file.path} can't run under the namespace ${namespace}: ${why ?? 'it has mistakes'}`
  }

  function tell(more: Partial<SiteNow>) {
    versions.add(file.current.version)
    now.setState({ ...now.getState(), ...factsOf(file.current), ...more }, true)
  }

  async function startWith(config: Config): Promise<string> {
    tell({ state: { kind: 'starting', since: Date.now() }, config })
    try {
      const gateway = await options.start(config, await options.buildEntries(config), hooks)
      for (const { error } of gateway.blocked) log.error(`${error} This entry does not start; the others do.`)
      tell({ state: { kind: 'running', since: Date.now() }, config, gateway })
      return ''
    } catch (error) {
      return failed(`the gateway could not be started: ${asError(error).message}`, error)
    }
  }

  function failed(why: string, cause: unknown): string {
    const text = `${why} Look at the log, mend it, and reload the configuration.`
    log.error(text, cause)
    const { gateway: _gone, ...rest } = now.getState()
    now.setState({ ...rest, ...factsOf(file.current), state: { kind: 'failed', error: text } }, true)
    return text
  }

  /** Makes the running gateway one of this configuration, or starts it. */
  async function run(read: Config, touched: readonly EntryId[]): Promise<{ steps: readonly Step[]; failed: string }> {
    const config = await effective({ config: read, text: file.current.text })
    const { gateway } = now.getState()
    if (stopped) return { steps: [], failed: endedText }
    if (typeof config === 'string') return { steps: [], failed: config }
    if (!gateway) return { steps: [], failed: await startWith(config) }
    try {
      const steps = await gateway.apply(config, await options.buildEntries(config), touched)
      for (const step of steps) log.info(`configuration: ${stepText(step)}`)
      const { state } = now.getState()
      tell({ state, config })
      return { steps, failed: '' }
    } catch (error) {
      if (stopped) return { steps: [], failed: endedText }
      log.error('configuration: a change could not be applied; the gateway is started anew', error)
      await gateway.stop().catch((why: unknown) => log.error('the gateway did not end in good order', why))
      return { steps: [], failed: await startWith(config) }
    }
  }

  async function finish(saved: SaveOutcome, touched: readonly EntryId[] = []): Promise<ChangeOutcome> {
    switch (saved.kind) {
      case 'saved': {
        const { steps, failed: why } = await run(saved.config, touched)
        return {
          kind: 'saved',
          version: file.current.version,
          steps: steps.map(stepText),
          warnings: saved.warnings,
          failed: why,
        }
      }
      case 'changed on disk':
        return { kind: 'changed-on-disk', difference: saved.difference }
      case 'invalid':
      case 'refused':
      case 'failed':
        return saved
    }
  }

  function oldVersion(version: string): ChangeOutcome | undefined {
    if (version === file.current.version || versions.has(version)) return undefined
    return { kind: 'refused', error: `${file.path} is another one than the one shown. Reload it, then try again.` }
  }

  /** Passwords go to the key store before the file names them, and are taken back where the file is not saved. */
  async function withPasswords(
    save: (keep: (made: MadeConfig) => Promise<MadeConfig>) => Promise<ChangeOutcome>,
  ): Promise<ChangeOutcome> {
    const undo: (() => Promise<void>)[] = []
    let failure = ''
    const outcome = await save(async (made) => {
      if (!made.ok || !made.parsed.ok) return made
      try {
        for (const [name, password] of made.secrets ?? []) {
          const before = await secrets.get(name)
          options.onSecret(password)
          await secrets.set(name, password)
          undo.push(() => (before === undefined ? secrets.delete(name) : secrets.set(name, before)))
        }
        return made
      } catch (error) {
        failure = `${secrets.title}: the password can't be kept there: ${asError(error).message}`
        return { ok: false, error: failure }
      }
    })
    if (outcome.kind === 'saved') return outcome
    for (const step of undo) {
      await step().catch((error: unknown) => log.warn(`${secrets.title}: ${asError(error).message}`))
    }
    return failure ? { kind: 'failed', error: failure } : outcome
  }

  const touchedBy = (edits: readonly ConfigEdit[]): readonly EntryId[] =>
    edits.flatMap((edit) => (edit.kind === 'set-password' ? [edit.entry] : []))

  const site: Site = {
    configPath: file.path,
    identity: options.identity,
    startedAt,
    now,
    work,
    gateway: () => now.getState().gateway,
    onWrite: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onSend: (listener) => {
      sendListeners.add(listener)
      return () => sendListeners.delete(listener)
    },
    change: (edits, { version, overwrite = false }) =>
      inTurn(async () => {
        const refused = oldVersion(version)
        if (refused) return refused
        const unconfirmed = pinProblem(edits, now.getState().gateway?.plcs ?? [])
        if (unconfirmed) return { kind: 'refused', error: unconfirmed }
        return await withPasswords(async (keep) => {
          const make = async (text: string) => keep(await work.change(text, file.path, edits))
          return await finish(await file.saveMade(make, { overwrite }), touchedBy(edits))
        })
      }),
    preview: async (edits) => {
      const made = await work.preview(file.current.text, file.path, edits)
      if (!made.ok) return { error: made.error, difference: [], problems: [], steps: [] }
      const { parsed, difference } = made
      const problems = parsed.ok ? parsed.warnings : parsed.problems
      const { config } = now.getState()
      const next = parsed.ok ? await effective({ config: parsed.config, text: made.text }) : ''
      const steps = config && typeof next !== 'string' ? planChanges(config, next, touchedBy(edits)) : []
      return { error: '', difference, problems, steps: steps.map(stepText) }
    },
    importTags: async (csv, { dryRun, overwrite = false }) => {
      if (dryRun) return (await work.csv(file.current.text, file.path, csv)).report
      return await inTurn(async () => {
        const { report, made } = await work.csv(file.current.text, file.path, csv)
        return made ? { ...report, outcome: await finish(await file.saveMade(() => made, { overwrite })) } : report
      })
    },
    create: (from) =>
      inTurn(async () => {
        if (now.getState().state.kind !== 'no-file') {
          return { kind: 'refused', error: `${file.path} exists already. Open it, or choose another name.` }
        }
        const edits = 'edits' in from ? from.edits : []
        return await withPasswords(async (keep) => {
          const made = await keep(await work.change('text' in from ? from.text : emptyText, file.path, edits))
          if (!made.ok) return { kind: 'refused', error: made.error }
          const created = await createConfigFile(file.path, made.text)
          if (created.kind === 'saved') await file.reload()
          return await finish(created)
        })
      }),
    replace: (text, { version, overwrite = false }) =>
      inTurn(async () => {
        if (version !== file.current.version && !overwrite) {
          return {
            kind: 'refused',
            error: `${file.path} is another one than the one shown. Reload it, then try again.`,
          }
        }
        return finish(await file.saveText(text, { overwrite }))
      }),
    reload: () =>
      inTurn(async () => {
        const read = await file.reload()
        if (read.ok) return finish({ kind: 'saved', config: read.config, warnings: read.warnings })
        const { gateway, state } = now.getState()
        tell({ state: gateway ? state : stateOf(read) })
        return { kind: 'invalid', problems: read.problems }
      }),
    stop: async () => {
      stopped = true
      // At once, since a change under way waits for it; then whatever that change has started.
      const early = now.getState().gateway
      await early?.stop()
      await inTurn(async () => {
        const { gateway, ...rest } = now.getState()
        if (gateway !== early) await gateway?.stop()
        now.setState({ ...rest, state: { kind: 'stopped' } }, true)
      })
      await work.close()
    },
  }
  versions.add(file.current.version)
  const { current } = file
  if (current.ok) await inTurn(() => run(current.config, []))
  return site
}

const endedText = 'the gateway has been stopped'

/** What the file says while no gateway runs. */
function stateOf(read: ReadConfig): SiteState {
  if (read.ok) return { kind: 'stopped' }
  return read.missing ? { kind: 'no-file' } : { kind: 'broken' }
}

function factsOf(read: ReadConfig): Pick<SiteNow, 'version' | 'problems'> {
  return { version: read.version, problems: read.ok ? read.warnings : read.missing ? [] : read.problems }
}
