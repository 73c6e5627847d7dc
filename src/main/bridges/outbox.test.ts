import { describe, expect, it, vi } from 'vitest'
import type { BridgeConnection, Message } from '#main/bridges/bridge'
import type { TagSource } from '#shared/tag'
import { createOutbox, type OutboxOptions } from './outbox.ts'

/** Tags whose value is a number the test sets; undefined: nothing good to publish. */
function tags(count: number) {
  const values: (number | undefined)[] = Array.from({ length: count }, () => 0)
  const source: TagSource = {
    count,
    subject: (index) => ({ kind: 'tag', plc: 'P', tag: `T${index}` }),
    body: (index) => (values[index] === undefined ? undefined : `${values[index]}`),
  }
  return { values, source }
}

/** A connection that keeps what it was given until the test settles it. */
function wire() {
  const sent: { readonly message: Message; settle(error?: Error): void }[] = []
  const connection: BridgeConnection = {
    lost: new Promise(() => {}),
    close: async () => {},
    note: '',
    openLease: () => Promise.reject(new Error('not used')),
    listen: async () => {},
    publish: (messages, settled) => {
      for (const [i, message] of messages.entries()) sent.push({ message, settle: (error) => settled(i, error) })
    },
  }
  return { connection, sent, texts: () => sent.map(({ message }) => message.body) }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

function outbox(source: TagSource, more: Partial<OutboxOptions> = {}) {
  return createOutbox({ source, includes: () => true, limits: { batch: 10, window: 20 }, onRefused: () => {}, ...more })
}

const event = (body: string, done = (_error?: Error) => {}, until = Date.now() + 60_000) => ({
  message: { subject: { kind: 'response', to: 'r', plc: 'P', tag: 'T' } as const, body },
  until,
  done,
})

describe('outbox', () => {
  it('keeps a tag at most once while the broker is away, and sends the newest value', async () => {
    const { values, source } = tags(3)
    const box = outbox(source)
    for (let value = 1; value <= 1_000; value++) {
      values[1] = value
      box.offer(1)
    }
    expect(box.stats()).toMatchObject({ waiting: 1, coalesced: 999 })
    const { connection, texts } = wire()
    box.attach(connection)
    await tick()
    expect(texts()).toEqual(['1000'])
  })

  it('takes tags that came later, and what waits keeps its order', async () => {
    const { values, source } = tags(2)
    const growing = { ...source, count: 2 }
    const box = outbox(growing)
    box.offer(1)
    box.offer(0)
    values.push(7, 8, 9)
    growing.count = 5
    for (const index of [4, 2, 1]) box.offer(index)
    const { connection, sent } = wire()
    box.attach(connection)
    await tick()
    expect(sent.map(({ message }) => 'tag' in message.subject && message.subject.tag)).toEqual(['T1', 'T0', 'T4', 'T2'])
  })

  it('does not send what was taken off this entry while it waited, tags and health alike', async () => {
    const { source } = tags(2)
    let included = true
    const box = outbox(source, { includes: () => included, includesHealth: () => included })
    box.offer(0)
    box.offerHealth({ subject: { kind: 'health', plc: 'P' }, body: 'h' })
    included = false
    const { connection, sent } = wire()
    box.attach(connection)
    await tick()
    expect(sent).toEqual([])
    expect(box.stats().waiting).toBe(0)
  })

  it('keeps the window full: one more goes out for each confirmation, never more than the window', async () => {
    const { source } = tags(100)
    const box = outbox(source)
    const { connection, sent } = wire()
    box.attach(connection)
    box.resync()
    await tick()
    expect(sent).toHaveLength(20)
    sent[0]?.settle()
    await tick()
    expect(sent).toHaveLength(21)
    for (let i = 1; i < 100; i++) {
      sent[i]?.settle()
      await tick()
    }
    expect(sent).toHaveLength(100)
    expect(box.stats()).toMatchObject({ waiting: 0, confirmed: 100 })
  })

  it('sends a value that was not confirmed again through the next connection, as it is then', async () => {
    const { values, source } = tags(1)
    const box = outbox(source)
    const first = wire()
    const detach = box.attach(first.connection)
    values[0] = 1
    box.offer(0)
    await tick()
    detach()
    values[0] = 2
    first.sent[0]?.settle(new Error('connection lost'))
    const second = wire()
    box.attach(second.connection)
    await tick()
    expect(second.texts()).toEqual(['2'])
  })

  it('sends a change that comes while the older value is under way after it', async () => {
    const { values, source } = tags(1)
    const box = outbox(source)
    const { connection, texts } = wire()
    box.attach(connection)
    values[0] = 1
    box.offer(0)
    await tick()
    values[0] = 2
    box.offer(0)
    await tick()
    expect(texts()).toEqual(['1', '2'])
  })

  it('sends nothing for a tag without a good value, nor for one the entry does not carry', async () => {
    const { values, source } = tags(3)
    values[0] = undefined
    const box = outbox(source, { includes: (index) => index !== 1 })
    const { connection, sent } = wire()
    box.attach(connection)
    box.resync()
    await tick()
    expect(sent.map(({ message }) => message.subject)).toEqual([{ kind: 'tag', plc: 'P', tag: 'T2' }])
  })

  it('marks a refresh as such, and forgets it where the value changed meanwhile', async () => {
    const { source } = tags(2)
    const box = outbox(source)
    box.offerRefresh(0)
    box.offerRefresh(1)
    box.offer(1)
    const { connection, sent } = wire()
    box.attach(connection)
    await tick()
    expect(sent.map(({ message }) => message.refresh ?? false)).toEqual([true, false])
  })

  it('never coalesces answers, keeps their order over a failure, and sends them before tag values', async () => {
    const { source } = tags(2)
    const box = outbox(source)
    const first = wire()
    const detach = box.attach(first.connection)
    box.resync()
    box.offerEvent(event('a'))
    box.offerEvent(event('b'))
    await tick()
    expect(first.texts().slice(0, 2)).toEqual(['a', 'b'])
    detach()
    for (const { settle } of first.sent) settle(new Error('connection lost'))
    box.offerEvent(event('c'))
    const second = wire()
    box.attach(second.connection)
    await tick()
    expect(second.texts().slice(0, 3)).toEqual(['a', 'b', 'c'])
  })

  it('gives up an answer that waited too long and the oldest one of too many, and says so', async () => {
    vi.useFakeTimers()
    try {
      const box = outbox(tags(1).source, { maxEvents: 2 })
      const given: string[] = []
      for (const name of ['a', 'b', 'c']) {
        box.offerEvent(event(name, (error) => given.push(`${name}: ${error?.message ?? 'sent'}`), Date.now() + 5_000))
      }
      expect(given).toEqual(['a: too many answers wait for the broker'])
      await vi.advanceTimersByTimeAsync(7_000)
      expect(given).toEqual([
        'a: too many answers wait for the broker',
        'b: the broker was away for too long',
        'c: the broker was away for too long',
      ])
      expect(box.stats()).toMatchObject({ waiting: 0, dropped: 3 })
    } finally {
      vi.useRealTimers()
    }
  })

  it('sends 20,000 clearings, each name once, and gives up no answer for them', async () => {
    const box = outbox(tags(1).source)
    const given: (string | undefined)[] = []
    const answer = event('answer', (error) => given.push(error?.message))
    box.offerEvent(answer)
    const cleared = new Set<string>()
    const clear = (tag: string) =>
      box.offerClearing({
        what: { kind: 'tag', plc: 'P', tag },
        wanted: () => true,
        done: () => cleared.add(tag),
      })
    for (let round = 0; round < 2; round++) for (let i = 0; i < 20_000; i++) clear(`old${i}`)
    box.offer(0)
    expect(given).toEqual([])
    expect(box.stats()).toMatchObject({ waiting: 20_002, dropped: 0 })
    const { connection, sent } = wire()
    box.attach(connection)
    for (let i = 0; i < 20_002; i++) {
      if (i >= sent.length) await tick()
      sent[i]?.settle()
    }
    expect(sent).toHaveLength(20_002)
    expect(given).toEqual([undefined])
    expect(cleared.size).toBe(20_000)
    expect(sent[0]?.message.subject.kind).toBe('response')
    expect(sent.at(-1)?.message.subject.kind).toBe('tag')
  })

  it('does not clear what is published again when its turn comes, also after a clearing that failed', async () => {
    const { values, source } = tags(1)
    values[0] = 5
    const box = outbox(source)
    let wanted = true
    const done: string[] = []
    const clearing = () => ({
      what: { kind: 'tag', plc: 'P', tag: 'T0' } as const,
      wanted: () => wanted,
      done: () => done.push('cleared'),
    })
    box.offerClearing(clearing())
    const first = wire()
    const detach = box.attach(first.connection)
    await tick()
    expect(first.sent).toHaveLength(1)
    detach()
    first.sent[0]?.settle(new Error('connection lost'))
    wanted = false
    box.offer(0)
    const second = wire()
    const detachSecond = box.attach(second.connection)
    await tick()
    expect(second.texts()).toEqual(['5'])
    second.sent[0]?.settle()
    detachSecond()
    wanted = true
    box.offerClearing(clearing())
    box.offerClearing(clearing())
    const third = wire()
    box.attach(third.connection)
    await tick()
    expect(third.sent).toHaveLength(1)
    third.sent[0]?.settle()
    expect(done).toEqual(['cleared'])
    expect(box.stats().waiting).toBe(0)
  })

  it('gives up the oldest answers where together they are too long, and counts no more those that went out', async () => {
    const box = outbox(tags(1).source, { maxEventText: 100 })
    const given: string[] = []
    const offer = (name: string) =>
      box.offerEvent(event(name.repeat(40), (error) => given.push(`${name}: ${error?.message ?? 'sent'}`)))
    for (const name of ['a', 'b', 'c']) offer(name)
    expect(given).toEqual(['a: too many answers wait for the broker'])
    const { connection, sent } = wire()
    const detach = box.attach(connection)
    await tick()
    expect(sent.map(({ message }) => message.body[0])).toEqual(['b', 'c'])
    detach()
    sent[0]?.settle(new Error('connection lost'))
    sent[1]?.settle()
    box.attach(wire().connection)
    expect(given.splice(0)).toEqual(['a: too many answers wait for the broker', 'c: sent'])
    const [fresh, others] = [outbox(tags(1).source, { maxEventText: 100 }), wire()]
    for (let i = 0; i < 10; i++) {
      fresh.offerEvent(event('x'.repeat(80), (error) => given.push(error?.message ?? 'sent')))
      const gone = fresh.attach(others.connection)
      await tick()
      others.sent.splice(0)[0]?.settle()
      gone()
    }
    expect(given).toEqual(Array.from({ length: 10 }, () => 'sent'))
  })

  it('keeps only the newest health of a PLC', async () => {
    const box = outbox(tags(0).source)
    for (const body of ['old', 'new']) box.offerHealth({ subject: { kind: 'health', plc: 'P' }, body })
    box.offerHealth({ subject: { kind: 'health', plc: 'Q' }, body: 'other' })
    const { connection, texts } = wire()
    box.attach(connection)
    await tick()
    expect(texts()).toEqual(['new', 'other'])
  })

  it('sends no refused health after a newer one, and of several that were refused the newest alone', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const told: string[] = []
      const box = outbox(tags(0).source, { onRefused: (error) => told.push(error?.message ?? 'no more') })
      const { connection, sent, texts } = wire()
      const offer = async (body: string) => {
        box.offerHealth({ subject: { kind: 'health', plc: 'P' }, body })
        await tick()
      }
      const no = new Error('the memory is full')
      box.attach(connection)
      await offer('connected')
      sent[0]?.settle(no)
      await offer('error')
      sent[1]?.settle()
      await vi.advanceTimersByTimeAsync(1_100)
      expect(texts()).toEqual(['connected', 'error'])
      expect(told).toEqual([])
      for (const [i, body] of ['first', 'second', 'third'].entries()) {
        await offer(body)
        sent[2 + i]?.settle(no)
      }
      await vi.advanceTimersByTimeAsync(2_100)
      expect(texts().slice(5)).toEqual(['third'])
      sent[5]?.settle()
      expect(told).toEqual(['the memory is full', 'no more'])
      await offer('older')
      await offer('newer')
      sent[7]?.settle()
      sent[6]?.settle(no)
      await vi.advanceTimersByTimeAsync(2_100)
      expect(texts().slice(6)).toEqual(['older', 'newer'])
      expect(told.at(-1)).toBe('no more')
      expect(box.stats().waiting).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('lets what was refused on a live link rest, ever longer, and sends the rest meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const refused: string[] = []
      const box = outbox(tags(2).source, { onRefused: (error) => refused.push(error?.message ?? 'no more') })
      const { connection, sent } = wire()
      box.attach(connection)
      box.offer(0)
      await tick()
      sent[0]?.settle(new Error('too large'))
      await tick()
      expect(sent).toHaveLength(1)
      box.offer(1)
      await tick()
      expect(sent).toHaveLength(2)
      await vi.advanceTimersByTimeAsync(1_100)
      expect(sent).toHaveLength(3)
      expect(refused).toEqual(['too large'])
      sent[2]?.settle(new Error('too large'))
      await vi.advanceTimersByTimeAsync(1_100)
      expect(sent).toHaveLength(3)
      await vi.advanceTimersByTimeAsync(1_000)
      expect(sent).toHaveLength(4)
      expect(box.stats().waiting).toBe(2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('tells of a refusal until all that was refused has gone out, whatever else the broker takes meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { source, values } = tags(3)
      const told: string[] = []
      const box = outbox(source, { onRefused: (error) => told.push(error?.message ?? 'no more') })
      const { connection, sent } = wire()
      const settle = async (...errors: (Error | undefined)[]) => {
        for (const [i, { settle }] of sent.splice(0).entries()) settle(errors[i])
        await tick()
      }
      const no = new Error('not authorised')
      box.attach(connection)
      box.resync()
      await tick()
      await settle(undefined, no, no)
      await vi.advanceTimersByTimeAsync(1_100)
      expect(told).toEqual(['not authorised'])
      box.offer(0)
      await settle(undefined, no)
      await settle(undefined)
      expect(told).toEqual(['not authorised'])
      values[2] = undefined
      await vi.advanceTimersByTimeAsync(2_100)
      expect(sent).toHaveLength(0)
      expect(told).toEqual(['not authorised', 'not authorised', 'no more'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('tells when everything is out, and does not wait longer than asked', async () => {
    const box = outbox(tags(1).source)
    const { connection, sent } = wire()
    box.attach(connection)
    box.offer(0)
    await tick()
    let drained = false
    const waiting = box.drained(5_000).then(() => {
      drained = true
    })
    await tick()
    expect(drained).toBe(false)
    sent[0]?.settle()
    await waiting
    box.offer(0)
    await box.drained(20)
    expect(box.stats().waiting).toBe(1)
  })
})
