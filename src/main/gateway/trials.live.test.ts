import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SecretStore } from '#main/config/secrets'
import { silentLog } from '#main/log'
import { liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import { startMosquitto } from '#scripts/brokers/mosquitto'
import type { Server } from '#scripts/brokers/server'
import type { EntryDraft } from '#shared/contract/edits'
import type { TestStep } from '#shared/site'
import { testConfig, until } from './test-gateway.ts'
import { type BrokerTrial, type TrialContext, testBroker } from './trials.ts'

liveDescribe('mosquitto', 'settings of a broker on trial', () => {
  let server: Server
  beforeAll(async () => {
    server = await startMosquitto({ passwords: { gw: 'right' } })
  })
  afterAll(() => server.stop())

  const asked: string[] = []
  const store: SecretStore = {
    title: 'test store',
    get: async (name) => {
      asked.push(name)
      return name === 'mqtt/Central' ? 'right' : undefined
    },
    set: async () => {
      throw new Error('a trial keeps nothing')
    },
    delete: async () => {
      throw new Error('a trial keeps nothing')
    },
    names: async () => ['mqtt/Central'],
  }

  const context = (config?: TrialContext['config']): TrialContext => ({
    config,
    identity: { instance: 'instance', boot: 'boot' },
    secrets: { env: {}, store },
    log: () => silentLog,
  })
  /** What runs: its entry Central has a password in the key store. */
  const running = () =>
    testConfig(
      `namespace: ${uniqueNamespace()}\nmqtt: [{name: Central, broker: 127.0.0.1, port: ${server.port}, username: gw, password: "\${secret:mqtt/Central}"}]\n`,
    )

  function begin(trial: BrokerTrial, where: TrialContext) {
    const steps: TestStep[] = []
    return { steps, leave: testBroker(trial, where, (step) => void steps.push(step)) }
  }
  async function run(draft: EntryDraft, password?: string, where = context(running())): Promise<readonly TestStep[]> {
    asked.length = 0
    const { steps } = begin({ service: 'mqtt', draft, ...(password === undefined ? {} : { password }) }, where)
    await until(() => steps.at(-1)?.kind === 'ended', 'the end')
    return steps
  }
  const draft = (more: Partial<EntryDraft> = {}): EntryDraft => ({
    ...{ name: 'Central', broker: '127.0.0.1', port: server.port, username: 'gw' },
    ...more,
  })
  const resultOf = (steps: readonly TestStep[], name: string) =>
    steps.find((one) => one.kind === 'step' && one.step === name)

  it('use the password of the entry of this name where none was typed', async () => {
    const steps = await run(draft())
    expect(resultOf(steps, 'login')).toMatchObject({ result: 'ok' })
    expect(steps.at(-1)).toMatchObject({ kind: 'ended', ok: true })
    expect(steps.filter(({ kind }) => kind === 'ended')).toHaveLength(1)
    // Of an entry of another name it is no business.
    const other = await run(draft({ name: 'Other' }))
    expect(resultOf(other, 'login')).toMatchObject({ result: 'failed' })
    expect(asked).toEqual([])
  })

  it('use the password that was typed and no other, and keep it nowhere', async () => {
    const right = await run(draft({ name: 'New' }), 'right', context())
    expect(right.at(-1)).toMatchObject({ ok: true })
    const wrong = await run(draft(), 'wrong')
    expect(resultOf(wrong, 'login')).toMatchObject({ result: 'failed' })
    expect(wrong.at(-1)).toMatchObject({ ok: false })
    expect(asked).toEqual([])
    expect(JSON.stringify([...right, ...wrong])).not.toMatch(/"(right|wrong)"/)
  })

  it('say which password is missing before anything is connected', async () => {
    const [entry] = running().mqtt
    const config = { ...running(), mqtt: entry ? [{ ...entry, name: 'Lost', password: `\${secret:mqtt/Lost}` }] : [] }
    const steps = await run(draft({ name: 'Lost' }), undefined, context(config))
    expect(steps).toMatchObject([
      { step: 'password', result: 'failed', text: expect.stringContaining('mqtt/Lost') },
      { kind: 'ended', ok: false },
    ])
  })

  it('say what the file would say of them, and which step failed of a broker that does not answer', async () => {
    expect(await run(draft({ broker: 'http://x' }))).toMatchObject([
      { step: 'settings', result: 'failed', text: expect.stringContaining('mqtt://') },
      { kind: 'ended', ok: false },
    ])
    const silent = await run(draft({ port: 9 }))
    expect(resultOf(silent, 'tcp')).toMatchObject({ result: 'failed', text: expect.stringContaining('refused') })
    expect(silent.at(-1)).toMatchObject({ ok: false })
  })

  it('tell nothing more to a window that left', async () => {
    const { steps, leave } = begin({ service: 'mqtt', draft: draft() }, context(running()))
    leave()
    const after = await run(draft())
    expect(after.at(-1)).toMatchObject({ ok: true })
    expect(steps).toEqual([])
  })
})
