import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Arrival, Message } from '#main/bridges/bridge'
import { silentLog } from '#main/log'
import { leftIn } from '#main/test-signals'
import type { PlcConfig, TagConfig } from '#shared/config'
import { canonicalJson, parseJson } from '#shared/value'
import type { GateState, WriteOutcome } from '#shared/write'
import type { PlcAccess } from './execute.ts'
import { type Journal, openJournal } from './journal.ts'
import type { JournalLine } from './journal-lines.ts'
import { createPipeline, type PipelineOptions } from './pipeline.ts'
import { createWriteQueue, queueLimit } from './queue.ts'
import type { WriteEvent } from './write-event.ts'

const tag = (name: string, more: Partial<TagConfig> = {}): TagConfig => ({
  name,
  enabled: true,
  writable: true,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
  ...more,
})
const plcConfig: PlcConfig = {
  name: 'P',
  driver: 'logix',
  address: '127.0.0.1',
  slot: 0,
  enabled: true,
  poll_rate: 1000,
  timeout: 3000,
  health_check_enabled: true,
  pin: [],
  tags: [tag('Set'), tag('Unread'), tag('Locked', { writable: false })],
}

interface Answer {
  readonly plc: string
  readonly tag: string
  readonly value: unknown
  readonly request_id?: string
  readonly success: boolean
  readonly error?: string
  readonly skipped?: boolean
  readonly deduplicated?: boolean
}

/** A pipeline with a journal in memory, two PLCs whose answers the test decides, and one MQTT entry. */
function site(more: Partial<PipelineOptions> = {}, before: readonly JournalLine[] = []) {
  const lines: JournalLine[] = []
  const written: { readonly address: string; readonly value: unknown }[] = []
  const answers: Answer[] = []
  /** Where each of them went. */
  const addresses: string[] = []
  const state = {
    gate: { open: true } as GateState,
    connected: true,
    tags: plcConfig.tags,
    timeoutMs: 3_000,
    journalFails: false,
    /** What a PLC does with a write. */
    outcome: async (_plc: string): Promise<WriteOutcome> => ({ kind: 'done' }),
    /** Called inside the driver before its guard: what happens meanwhile. */
    meanwhile: () => {},
    /** The pipeline's own signal, as the driver got it last. */
    stopping: new AbortController().signal,
    deliver: true,
  }
  const journal: Journal = {
    append: async (line) => {
      if (state.journalFails) throw new Error('journal: disk full')
      lines.push(line)
    },
    problem: () => (state.journalFails ? 'disk full' : ''),
    close: async () => {},
  }
  const accessOf = (plc: string): PlcAccess => ({
    typeOf: async () => ({ ok: true, type: { kind: 'atomic', name: 'SINT' } }),
    write: async (address, value, { guard, signal }) => {
      state.stopping = signal
      state.meanwhile()
      const blocked = guard()
      if (blocked !== undefined) return { kind: 'blocked', error: blocked }
      written.push({ address, value })
      return state.outcome(plc)
    },
  })
  const queues = new Map(['P', 'Q'].map((plc) => [plc, createWriteQueue()]))
  const pipeline = createPipeline(before, {
    identity: { instance: 'i', boot: 'b' },
    settings: () => ({
      plcs: [...queues.keys()].map((name) => ({ ...plcConfig, name, tags: state.tags })),
      maxAgeMs: 2_000,
      timeoutMs: state.timeoutMs,
    }),
    plc: (name) => {
      const queue = queues.get(name)
      return (
        queue && {
          queue,
          connected: () => (state.connected ? accessOf(name) : undefined),
          typeOf: ({ name: asked }) => (asked === 'Unread' ? undefined : { kind: 'atomic', name: 'DINT' }),
          valueNow: () => '41',
          tagNow: (asked) => state.tags.find(({ name }) => name === asked),
        }
      )
    },
    entry: ({ service, name }) =>
      service !== 'mqtt' || name !== 'Central'
        ? undefined
        : {
            id: { service: 'mqtt', name: 'Central' },
            broker: 'broker:1883',
            namespace: 'a',
            base: 'a',
            respond: (message: Message, _until, done) => {
              answers.push(JSON.parse(`{${message.body}`) as Answer)
              addresses.push(message.subject.kind === 'response' ? message.subject.to : message.subject.kind)
              done(state.deliver ? undefined : new Error('the broker was away for too long'))
            },
          },
    gate: () => state.gate,
    journal,
    log: silentLog,
    ...more,
  })
  let offset = 0
  const arrival = (payload: object | string, arrivalMore: Partial<Arrival> = {}): Arrival => ({
    entry: { service: 'mqtt', name: 'Central' },
    address: 'a/P/write',
    replyTo: 'a/P/write/response',
    payload: Buffer.from(
      typeof payload === 'string'
        ? payload
        : JSON.stringify({ topic: 'a', plc: 'P', tag: 'Set', value: ++offset, ...payload }),
    ),
    at: Date.now(),
    retained: false,
    plcInTopic: 'P',
    leftOver: false,
    ...arrivalMore,
  })
  return {
    lines,
    written,
    answers,
    addresses,
    state,
    pipeline,
    arrival,
    send: async (payload: object | string = {}, arrivalMore: Partial<Arrival> = {}) => {
      const taken = await pipeline.take(arrival(payload, arrivalMore))
      taken.settle('acknowledged')
    },
    /** Resolves when so many answers went out. */
    answered: async (count: number) => {
      const end = Date.now() + 3_000
      while (answers.length < count) {
        if (Date.now() > end) throw new Error(`${answers.length} of ${count} answers`)
        await new Promise((resolve) => setImmediate(resolve))
      }
      return answers
    },
  }
}

function collectGarbage() {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
}

let it1: ReturnType<typeof site>
beforeEach(() => {
  it1 = site()
})
afterEach(() => void vi.useRealTimers())

describe('write pipeline', () => {
  it('journals, writes, journals the outcome and answers, in this order', async () => {
    await it1.send({ value: 42, request_id: 'r1' })
    const [answer] = await it1.answered(1)
    expect(answer).toMatchObject({ plc: 'P', tag: 'Set', value: 42, request_id: 'r1', success: true })
    expect(Object.keys(answer ?? {})).toEqual(['plc', 'tag', 'value', 'request_id', 'success', 'timestamp'])
    expect(it1.written).toEqual([{ address: 'Set', value: 42 }])
    expect(it1.lines.map((line) => line.line)).toEqual(['accepted', 'outcome', 'answered'])
    expect(it1.lines[0]).toMatchObject({
      plc: 'P',
      tag: 'Set',
      value: '42',
      broker: 'broker:1883',
      address: 'a/P/write',
      requestId: 'r1',
    })
    expect(it1.lines[1]).toMatchObject({ outcome: 'done', before: '41' })
  })

  it('refuses what can not be journalled, and tells the sender why', async () => {
    it1.state.journalFails = true
    await it1.send()
    expect((await it1.answered(1))[0]).toMatchObject({
      success: false,
      error: "writes are blocked: the journal can't be written (disk full)",
    })
    expect(it1.written).toEqual([])
    it1.state.journalFails = false
    await it1.send()
    expect((await it1.answered(2))[1]).toMatchObject({ success: true })
  })

  it('takes over a request that it can not read for a bug of its own: refused, answered and told in the log', async () => {
    const told: string[] = []
    const buggy = site({ log: { ...silentLog, error: (text) => told.push(String(text)) } })
    const payload = Object.defineProperty(Buffer.from('{}'), 'byteLength', {
      get: () => {
        throw new RangeError('a bug')
      },
    })
    await buggy.send({}, { payload })
    expect((await buggy.answered(1))[0]).toMatchObject({
      plc: 'P',
      tag: '',
      value: null,
      success: false,
      error: "invalid request: it could not be read, see the gateway's log",
    })
    expect(buggy.lines.map(({ line }) => line)).toEqual(['accepted', 'outcome', 'answered'])
    expect(told).toHaveLength(1)
    expect(told[0]).toContain('a/P/write')
  })

  it('answers a request whose checks or listeners end in a bug, and throws at nobody', async () => {
    const told: string[] = []
    let broken = false
    const buggy = site({
      log: { ...silentLog, error: (text) => told.push(String(text)) },
      plc: () => {
        if (broken) throw new Error('a bug')
        return undefined
      },
      onEvent: () => {
        throw new Error('a listener that throws')
      },
    })
    broken = true
    await buggy.send()
    expect((await buggy.answered(1))[0]).toMatchObject({
      success: false,
      error: "internal error: not sent, see the gateway's log",
    })
    await buggy.pipeline.close()
    expect(buggy.lines.map(({ line }) => line)).toEqual(['accepted', 'outcome', 'answered'])
  })

  it('neither executes nor answers a request whose acknowledgement failed', async () => {
    const taken = await it1.pipeline.take(it1.arrival({}))
    taken.settle('not-ours')
    await it1.pipeline.close()
    expect(it1.written).toEqual([])
    expect(it1.answers).toEqual([])
    expect(it1.lines.at(-1)).toMatchObject({ line: 'outcome', outcome: 'not ours' })
  })

  it('answers a request that was given up, and does not execute it', async () => {
    const taken = await it1.pipeline.take(it1.arrival({ request_id: 'lost' }))
    taken.settle('given-up')
    expect((await it1.answered(1))[0]).toMatchObject({
      request_id: 'lost',
      success: false,
      error: 'write timeout: not sent',
    })
    await it1.pipeline.close()
    expect(it1.written).toEqual([])
    expect(it1.lines.map(({ line }) => line)).toEqual(['accepted', 'outcome', 'answered'])
  })

  it('does not execute a request that is settled when its time has run out', async () => {
    const taken = await it1.pipeline.take(it1.arrival({}, { at: Date.now() - 5_000 }))
    taken.settle('acknowledged')
    expect((await it1.answered(1))[0]).toMatchObject({ success: false, error: 'write timeout: not sent' })
    expect(it1.written).toEqual([])
  })

  it('executes pulses as they came, one by one and unmerged', async () => {
    for (let i = 0; i < 50; i++) await it1.send({ value: i % 2 })
    await it1.answered(50)
    expect(it1.written.map(({ value }) => value)).toEqual(Array.from({ length: 50 }, (_, i) => i % 2))
  })

  it.each([
    [
      'gate',
      (s: typeof it1) => {
        s.state.gate = { open: false, why: 'this gateway is read-only', hint: '' }
      },
      'writes are blocked: this gateway is read-only',
    ],
    [
      'link',
      (s: typeof it1) => {
        s.state.connected = false
      },
      'plc not connected',
    ],
    [
      'plc',
      (s: typeof it1) => {
        s.state.outcome = async () => ({ kind: 'refused', error: 'write refused: no privilege' })
      },
      'write refused: no privilege',
    ],
    [
      'silence',
      (s: typeof it1) => {
        s.state.outcome = async () => ({ kind: 'unknown', error: '' })
      },
      'write timeout: outcome unknown, read the tag before repeating',
    ],
    [
      'full line',
      (s: typeof it1) => {
        s.state.outcome = async () => ({ kind: 'not-sent', reason: 'timeout', error: '' })
      },
      'write timeout: not sent',
    ],
  ])('answers with the fixed text where it fails at the %s', async (_name, prepare, error) => {
    prepare(it1)
    await it1.send()
    expect((await it1.answered(1))[0]).toMatchObject({ success: false, error })
  })

  it('asks the gate again immediately before the bytes leave', async () => {
    it1.state.meanwhile = () => {
      it1.state.gate = { open: false, why: 'the claim was lost', hint: '' }
    }
    await it1.send()
    expect((await it1.answered(1))[0]).toMatchObject({
      success: false,
      error: 'writes are blocked: the claim was lost',
    })
    expect(it1.written).toEqual([])
  })

  it('does not send what has grown too old on its way through the driver', async () => {
    const sent = Date.now() - 1_990
    it1.state.meanwhile = () => {
      while (Date.now() - sent <= 2_000);
    }
    await it1.send({ timestamp: new Date(sent).toISOString() })
    expect((await it1.answered(1))[0]).toMatchObject({
      success: false,
      skipped: true,
      error: expect.stringMatching(/^request expired \(age: 2s?/) as string,
    })
    expect(it1.written).toEqual([])
  })

  it('checks the value against the PLC where the type was not known on arrival', async () => {
    await it1.send({ tag: 'Unread', value: 300 })
    expect((await it1.answered(1))[0]).toMatchObject({ error: 'value 300 out of range for SINT (-128 to 127)' })
    await it1.send({ tag: 'Unread', value: 5 })
    await it1.answered(2)
    expect(it1.written).toEqual([{ address: 'Unread', value: 5 }])
    expect(leftIn(it1.state.stopping)).toBe(0)
  })

  it('answers unreadable requests too, with what could be read', async () => {
    await it1.send('no json')
    expect((await it1.answered(1))[0]).toMatchObject({
      plc: 'P',
      tag: '',
      value: null,
      success: false,
      error: expect.stringMatching(/^invalid request/) as string,
    })
    expect(it1.lines[0]).toMatchObject({ line: 'accepted', raw: 'no json' })
  })

  it('neither journals nor answers a cleared retained message', async () => {
    await it1.send('', { retained: true })
    await it1.pipeline.close()
    expect(it1.lines).toEqual([])
    expect(it1.pipeline.stats()).toMatchObject({ cleared: 1, accepted: 0 })
  })

  it('executes a repeated request id once, and answers both', async () => {
    let finish = (_outcome: WriteOutcome) => {}
    it1.state.outcome = () =>
      new Promise((resolve) => {
        finish = resolve
      })
    await it1.send({ value: 7, request_id: 'r' })
    await it1.send({ value: 7.0, request_id: 'r', timestamp: new Date().toISOString() })
    expect(it1.answers).toEqual([])
    finish({ kind: 'done' })
    const [first, second] = await it1.answered(2)
    expect(first).not.toHaveProperty('deduplicated')
    expect(second).toMatchObject({ success: true, deduplicated: true })
    expect(it1.written).toHaveLength(1)
    await it1.send({ value: 8, request_id: 'r' })
    expect((await it1.answered(3))[2]).toMatchObject({ error: 'request_id reused with another value' })
  })

  it('executes a request once that is repeated minutes later while the first one is still under way', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] })
    it1.state.timeoutMs = 10 * 60_000
    let finish = (_outcome: WriteOutcome) => {}
    it1.state.outcome = () =>
      new Promise((resolve) => {
        finish = resolve
      })
    await it1.send({ value: 7, request_id: 'r' })
    vi.advanceTimersByTime(5 * 60_000)
    await it1.send({ value: 7, request_id: 'r' })
    it1.state.outcome = async () => ({ kind: 'done' })
    finish({ kind: 'done' })
    expect(await it1.answered(2)).toMatchObject([{ success: true }, { success: true, deduplicated: true }])
    expect(it1.written).toHaveLength(1)
  })

  it('repeats refusals by the later checks and the gate for the same request id', async () => {
    it1.state.gate = { open: false, why: 'this gateway is read-only', hint: '' }
    await it1.send({ value: 1, request_id: 'g' })
    await it1.answered(1)
    it1.state.gate = { open: true }
    await it1.send({ value: 1, request_id: 'g' })
    expect((await it1.answered(2))[1]).toMatchObject({
      error: 'writes are blocked: this gateway is read-only',
      deduplicated: true,
    })
    expect(it1.written).toEqual([])
  })

  it('does not remember an id from a request that an earlier check refused', async () => {
    await it1.send({ value: 1, request_id: 'n', topic: 'b' })
    await it1.answered(1)
    await it1.send({ value: 1, request_id: 'n' })
    expect((await it1.answered(2))[1]).toMatchObject({ success: true })
  })

  it('refuses what has no room, and gives up what waited too long', async () => {
    const slow = site()
    slow.state.timeoutMs = 150
    let release = () => {}
    slow.state.outcome = () =>
      new Promise((resolve) => {
        release = () => resolve({ kind: 'done' })
      })
    for (let i = 0; i < queueLimit + 2; i++) await slow.send()
    await slow.answered(queueLimit + 1)
    release()
    const answers = await slow.answered(queueLimit + 2)
    expect(answers.filter(({ error }) => error === 'write queue full, try again later')).toHaveLength(1)
    expect(answers.filter(({ error }) => error === 'write timeout: not sent')).toHaveLength(queueLimit)
    expect(slow.written).toHaveLength(1)
  })

  it('holds up nobody for a PLC that does not answer, however many requests wait for it', async () => {
    it1.state.outcome = (plc) => (plc === 'P' ? new Promise(() => {}) : Promise.resolve({ kind: 'done' }))
    for (let i = 0; i <= queueLimit; i++) await it1.send()
    await it1.send({ plc: 'Q' }, { address: 'a/Q/write', replyTo: 'a/Q/write/response', plcInTopic: 'Q' })
    expect((await it1.answered(1))[0]).toMatchObject({ plc: 'Q', success: true })
  })

  it('executes a request that is sent twice without an id twice: each is a press of a button', async () => {
    for (let i = 0; i < 2; i++) await it1.send({ value: 1 })
    expect(await it1.answered(2)).toMatchObject([{ success: true }, { success: true }])
    expect(it1.written).toEqual([
      { address: 'Set', value: 1 },
      { address: 'Set', value: 1 },
    ])
  })

  it('answers on the topic the request came on, whatever PLC its text names', async () => {
    const payloads = [...['#', '+', 'X/tags/Y', '', '../..', 'Q'].map((plc) => ({ plc })), '', 'no JSON']
    for (const payload of payloads) await it1.send(payload)
    await it1.answered(payloads.length)
    expect(it1.answers.every(({ success }) => !success)).toBe(true)
    expect(new Set(it1.addresses)).toEqual(new Set(['a/P/write/response']))
  })

  it('refuses what the configuration took away while the request waited for its turn', async () => {
    const changes: (readonly [TagConfig[], string])[] = [
      [[], 'unknown tag: P/Set'],
      [[tag('Set', { writable: false })], 'tag is not writable'],
      [[tag('Set', { alias: 'Other' })], 'done'],
      [[tag('Set', { max: 3 })], 'value 5 is above the maximum 3'],
    ]
    for (const [tags, error] of changes) {
      const one = site()
      let release = () => {}
      one.state.outcome = () =>
        new Promise((resolve) => {
          release = () => resolve({ kind: 'done' })
        })
      await one.send({ tag: 'Set', value: 4 })
      await one.send({ tag: 'Set', value: 5 })
      one.state.outcome = async () => ({ kind: 'done' })
      one.state.tags = tags
      release()
      const answer = (await one.answered(2))[1]
      if (error === 'done') expect(answer).toMatchObject({ success: true })
      else expect(answer?.error).toContain(error.slice(0, 10))
      expect(one.written).toHaveLength(error === 'done' ? 2 : 1)
    }
  })

  it('tells each step of a request as it is reached, and waits for the requests of an entry', async () => {
    const events: WriteEvent[] = []
    const one = site({ onEvent: (event) => events.push(event) })
    let release = () => {}
    one.state.outcome = () =>
      new Promise((resolve) => {
        release = () => resolve({ kind: 'done' })
      })
    await one.send({ request_id: 'r' })
    let settled = false
    const waiting = one.pipeline.settled({ service: 'mqtt', name: 'Central' }, 5_000).then(() => {
      settled = true
    })
    await one.pipeline.settled({ service: 'kafka', name: 'Central' }, 5_000)
    expect(events.map(({ kind }) => kind)).toEqual(['received', 'checked', 'writing'])
    expect(settled).toBe(false)
    release()
    await waiting
    expect(one.answers).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ kind: 'ended', request: { requestId: 'r', outcome: 'done', success: true } })
    await one.send({ tag: 'Locked' })
    await one.answered(2)
    expect(events.at(-1)).toMatchObject({
      request: { check: 'writable', error: 'tag is not writable', hint: expect.stringContaining('writable: true') },
    })
  })

  it('answers a request that ended in a bug of the driver, and says whether it was sent', async () => {
    it1.state.meanwhile = () => {
      throw new Error('bug')
    }
    await it1.send()
    expect((await it1.answered(1))[0]).toMatchObject({ error: "internal error: not sent, see the gateway's log" })
    it1.state.meanwhile = () => {}
    it1.state.outcome = () => Promise.reject(new Error('bug'))
    await it1.send()
    expect((await it1.answered(2))[1]).toMatchObject({
      error: 'write timeout: outcome unknown, read the tag before repeating',
    })
    await it1.send()
    expect(it1.written.length).toBeGreaterThan(0)
  })

  it('journals an answer that could not be delivered', async () => {
    it1.state.deliver = false
    await it1.send()
    await it1.answered(1)
    await it1.pipeline.close()
    expect(it1.lines.at(-1)).toMatchObject({ line: 'undelivered', error: 'the broker was away for too long' })
  })

  it('after a restart executes nothing again: what was accepted is answered as interrupted, what ended is answered again', async () => {
    await it1.send({ value: 1, request_id: 'done' })
    await it1.answered(1)
    await it1.send({ value: 2, request_id: 'cut' })
    await it1.answered(2)
    const all = it1.lines
    // As if killed: the second request has no outcome, the first one no confirmed answer.
    const before = [...all.slice(0, 2), ...all.slice(3, 4)]
    const next = site({}, before)
    await next.pipeline.recover()
    expect(next.answers).toMatchObject([
      { value: 1, request_id: 'done', success: true },
      { value: 2, request_id: 'cut', success: false, error: 'interrupted by restart: outcome unknown' },
    ])
    await next.send({ value: 2, request_id: 'cut' })
    await next.send({ value: 1, request_id: 'done' })
    expect((await next.answered(4)).slice(2)).toMatchObject([
      { deduplicated: true, error: 'interrupted by restart: outcome unknown' },
      { deduplicated: true, success: true },
    ])
    expect(next.written).toEqual([])
    const third = site({}, [...before, ...next.lines])
    await third.pipeline.recover()
    expect(third.answers).toEqual([])
  })

  it('after a restart answers a repeated request as the first one ended', async () => {
    await it1.send({ value: 1, request_id: 'done' })
    await it1.send({ tag: 'Locked', value: 2, request_id: 'refused' })
    await it1.answered(2)
    const ended = it1.lines.length
    await it1.send({ value: 1, request_id: 'done' })
    await it1.send({ tag: 'Locked', value: 2, request_id: 'refused' })
    await it1.answered(4)
    // As if killed: the answers to the repeated ones are not confirmed.
    const next = site(
      {},
      it1.lines.filter(({ line }, i) => line !== 'answered' || i < ended),
    )
    await next.pipeline.recover()
    expect(next.answers).toMatchObject([
      { request_id: 'done', success: true, deduplicated: true },
      { request_id: 'refused', success: false, deduplicated: true, error: 'tag is not writable' },
    ])
  })

  it('keeps no line of before once it has answered what it owes', async () => {
    await it1.send({ value: 1, request_id: 'done' })
    await it1.answered(1)
    await it1.pipeline.take(it1.arrival({ value: 2, request_id: 'cut' }))
    const text = JSON.stringify(it1.lines)
    const start = () => {
      const before: JournalLine[] = JSON.parse(text)
      return { next: site({}, before), held: [before, ...before].map((one) => new WeakRef(one)) }
    }
    const { next, held } = start()
    await next.pipeline.recover()
    await next.answered(1)
    // What a WeakRef points at stays at least until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    expect(held.filter((one) => one.deref())).toEqual([])
    await next.send({ value: 2, request_id: 'cut' })
    expect((await next.answered(2))[1]).toMatchObject({ deduplicated: true })
  })

  it('after a restart answers all it owes and forgets none, also where the journal can not be written', async () => {
    await it1.pipeline.take(it1.arrival({ value: 1, request_id: 'one' }))
    await it1.pipeline.take(it1.arrival({ value: 2, request_id: 'two' }))
    const told: string[] = []
    const next = site({ log: { ...silentLog, error: (text) => told.push(String(text)) } }, it1.lines)
    next.state.journalFails = true
    await next.pipeline.recover()
    expect(next.answers).toMatchObject([
      { request_id: 'one', error: 'interrupted by restart: outcome unknown' },
      { request_id: 'two', error: 'interrupted by restart: outcome unknown' },
    ])
    expect(told.filter((text) => text.includes('disk full'))).toHaveLength(2)
    next.state.journalFails = false
    await next.send({ value: 2, request_id: 'two' })
    expect((await next.answered(3))[2]).toMatchObject({ deduplicated: true, success: false })
    expect(next.written).toEqual([])
  })

  it('after a restart under another base answers nothing on the old one: it may be another site by now', async () => {
    await it1.send({ value: 1, request_id: 'done' })
    await it1.answered(1)
    await it1.pipeline.take(it1.arrival({ value: 2, request_id: 'cut' }))
    const before = it1.lines.filter(({ line }) => line !== 'answered')
    const told: string[] = []
    const answers: Message[] = []
    const next = site(
      {
        log: { ...silentLog, warn: (text) => told.push(String(text)) },
        entry: (id) => ({
          id,
          broker: 'broker:1883',
          namespace: 'b',
          base: 'b',
          respond: (message) => answers.push(message),
        }),
      },
      before,
    )
    await next.pipeline.recover()
    expect(answers).toEqual([])
    const why = 'answers on a/P/write/response are no longer ours: the entry is b now'
    expect(next.lines.map((line) => [line.line, 'error' in line && line.error])).toEqual([
      ['undelivered', why],
      ['outcome', 'interrupted by restart: outcome unknown'],
      ['undelivered', why],
    ])
    expect(told.filter((text) => text.includes(why))).toHaveLength(2)
    // Done with: the next start has nothing to say.
    const third = site({}, [...before, ...next.lines])
    await third.pipeline.recover()
    expect(third.answers).toEqual([])
  })

  it('keeps an old line however large the requests are that are refused after it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flood-'))
    const path = join(folder, 'j')
    const { journal } = await openJournal({ path, log: silentLog })
    const flooded = site({ journal })
    await flooded.send({ request_id: 'first' })
    await flooded.answered(1)
    const large = 'x'.repeat(65_000)
    for (let i = 0; i < 500; i++) {
      await flooded.send({ tag: 'Unknown', value: large, request_id: `v${i}` })
      await flooded.send({ tag: large.slice(0, 64_000) })
      await flooded.send({ request_id: large.slice(0, 64_000) })
      await flooded.send({}, { address: `a/${large}/write`, replyTo: `a/${large}/write/response`, plcInTopic: large })
    }
    await flooded.answered(2_001)
    await flooded.pipeline.close()
    await journal.close()
    const files = await readdir(folder)
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
    await rm(folder, { recursive: true })
    expect(texts.some((text) => text.includes('"first"'))).toBe(true)
    expect(texts.join('').length).toBeLessThan(20_000_000)
  })

  it('answers after a restart what the journal has cut as if it could not be read, and to no other address', async () => {
    const large = 'x'.repeat(10_000)
    await it1.send({ tag: 'Set', value: large, request_id: 'large' })
    await it1.send({ tag: large })
    await it1.send({}, { replyTo: `a/${large}/write/response` })
    await it1.answered(3)
    const next = site(
      {},
      it1.lines.filter(({ line }) => line === 'accepted'),
    )
    await next.pipeline.recover()
    const error = 'interrupted by restart: outcome unknown'
    expect(next.answers).toMatchObject([
      { plc: 'P', tag: 'Set', value: null, request_id: 'large', error },
      { plc: 'P', tag: '', value: 2, error },
    ])
    expect(next.lines.at(-1)).toMatchObject({ line: 'undelivered', error: 'its address is too long for the journal' })
    await next.send({ tag: 'Set', value: large, request_id: 'large' })
    await next.send({ tag: 'Set', value: `${large}y`, request_id: 'large' })
    expect((await next.answered(4)).slice(2)).toMatchObject([
      { deduplicated: true, error },
      { error: 'request_id reused with another value' },
    ])
  })

  it('knows a request id again from the journal of an earlier version', async () => {
    await it1.send({ value: { b: 1, a: [1] }, request_id: 'old' })
    await it1.answered(1)
    const before = it1.lines.map((line) => {
      if (line.line !== 'accepted') return line
      const { digest: _digest, ...former } = line
      return { ...former, canonical: canonicalJson(parseJson('{"a":[1],"b":1}')) }
    })
    const next = site({}, before)
    await next.send({ value: { a: [1], b: 1 }, request_id: 'old' })
    await next.send({ value: 2, request_id: 'old' })
    expect(await next.answered(2)).toMatchObject([
      { deduplicated: true },
      { error: 'request_id reused with another value' },
    ])
  })

  it('passes over a Kafka record that already has an outcome, also one from before a restart', async () => {
    const position = { partition: 0, offset: '7' }
    await it1.send({}, { position })
    await it1.answered(1)
    await it1.send({}, { position })
    const next = site({}, it1.lines)
    await next.send({}, { position })
    await Promise.all([it1.pipeline.close(), next.pipeline.close()])
    expect(it1.written).toHaveLength(1)
    expect(next.written).toEqual([])
    expect(next.answers).toEqual([])
    await next.send({}, { position: { partition: 0, offset: '8' } })
    expect(await next.answered(1)).toHaveLength(1)
  })

  it('executes a Kafka record whose first acknowledgement failed when it comes again', async () => {
    const position = { partition: 0, offset: '7' }
    const taken = await it1.pipeline.take(it1.arrival({}, { position }))
    taken.settle('not-ours')
    await it1.send({}, { position })
    await it1.answered(1)
    expect(it1.written).toHaveLength(1)
  })
})
