import { describe, expect, it, vi } from 'vitest'
import { openLanes, type Priority, type Request } from './lanes.ts'
import type { Wire } from './wire.ts'

/** A wire whose replies the test gives. */
function handWire() {
  const sent: string[] = []
  let take: (message: Buffer) => void = () => {}
  let resent = 0
  const wire: Wire = {
    limit: 500,
    degraded: '',
    silenceMs: 16_000,
    frame: (message) => message,
    send: (frame, reply) => {
      sent.push(frame.toString())
      take = reply
    },
    resend: () => void resent++,
    close: async () => {},
  }
  return { wire, sent, resent: () => resent, reply: () => take(Buffer.from('reply')) }
}

const request = (text: string, priority: Priority, more: Partial<Request> = {}): Request => ({
  frame: Buffer.from(text),
  priority,
  repeatable: priority !== 'write',
  ...more,
})
const quiet = { timeoutMs: 1_000, onSilence: () => {} }

describe('lanes', () => {
  it('send by priority, and in order within one', async () => {
    const { wire, sent, reply } = handWire()
    const lanes = openLanes([wire], quiet)
    for (const [text, priority] of [
      ['first', 'poll'],
      ['b1', 'browse'],
      ['p1', 'poll'],
      ['d1', 'demand'],
      ['p2', 'poll'],
      ['w1', 'write'],
      ['w2', 'write'],
    ] as const)
      void lanes.submit(request(text, priority))
    for (let i = 0; i < 6; i++) reply()
    expect(sent).toEqual(['first', 'w1', 'w2', 'd1', 'p1', 'p2', 'b1'])
    lanes.end('over')
  })

  it('give every wire its turn, also where one would do: a connection that rests times out at the controller', async () => {
    const wires = [handWire(), handWire(), handWire()]
    const lanes = openLanes(
      wires.map(({ wire }) => wire),
      quiet,
    )
    for (const text of ['1', '2', '3', '4', '5', '6']) {
      const answer = lanes.submit(request(text, 'poll'))
      wires.find(({ sent }) => sent.at(-1) === text)?.reply()
      await answer
    }
    expect(wires.map(({ sent }) => sent)).toEqual([
      ['1', '4'],
      ['2', '5'],
      ['3', '6'],
    ])
    lanes.end('over')
  })

  it('let browsing go on now and then under endless polls, but never ahead of a write', async () => {
    const { wire, sent, reply } = handWire()
    const lanes = openLanes([wire], quiet)
    for (let i = 0; i < 40; i++) void lanes.submit(request('p', 'poll'))
    void lanes.submit(request('b', 'browse'))
    for (let i = 0; i < 20; i++) reply()
    expect(sent).toContain('b')
    for (let i = 0; i < 30; i++) void lanes.submit(request('w', 'write'))
    void lanes.submit(request('b2', 'browse'))
    sent.length = 0
    for (let i = 0; i < 30; i++) reply()
    expect(new Set(sent)).toEqual(new Set(['w']))
    lanes.end('over')
  })

  it('use every wire, one request in flight on each', () => {
    const [a, b] = [handWire(), handWire()]
    const lanes = openLanes([a.wire, b.wire], quiet)
    for (const text of ['1', '2', '3']) void lanes.submit(request(text, 'poll'))
    expect([...a.sent, ...b.sent].sort()).toEqual(['1', '2'])
    a.reply()
    expect(a.sent).toHaveLength(2)
    lanes.end('over')
  })

  it('tell apart what left and what did not when they end', async () => {
    const { wire } = handWire()
    const lanes = openLanes([wire], quiet)
    const [left, queued] = [lanes.submit(request('w1', 'write')), lanes.submit(request('w2', 'write'))]
    lanes.end('the cable is out')
    expect(await left).toEqual({ kind: 'unanswered', why: 'the cable is out' })
    expect(await queued).toEqual({ kind: 'not-sent', reason: 'not-connected', why: 'the cable is out' })
    expect(await lanes.submit(request('w3', 'write'))).toMatchObject({ kind: 'not-sent' })
  })

  it('do not send what was cancelled or grew too old in the queue, nor ask its guard', async () => {
    const { wire, sent, reply } = handWire()
    const lanes = openLanes([wire], quiet)
    const guard = vi.fn(() => undefined)
    const abort = new AbortController()
    void lanes.submit(request('busy', 'poll'))
    const cancelled = lanes.submit(request('w1', 'write', { signal: abort.signal, guard }))
    const late = lanes.submit(request('w2', 'write', { deadline: Date.now() + 20, guard }))
    abort.abort()
    expect(await cancelled).toMatchObject({ kind: 'not-sent', reason: 'cancelled' })
    expect(await late).toMatchObject({ kind: 'not-sent', reason: 'timeout' })
    reply()
    expect(sent).toEqual(['busy'])
    expect(guard).not.toHaveBeenCalled()
    lanes.end('over')
  })

  it('take a guard that throws for one that says no, and go on with the next', async () => {
    const { wire, sent } = handWire()
    const lanes = openLanes([wire], quiet)
    const guard = () => {
      throw new Error('no gate')
    }
    expect(await lanes.submit(request('w1', 'write', { guard }))).toEqual({ kind: 'blocked', why: 'no gate' })
    void lanes.submit(request('w2', 'write'))
    expect(sent).toEqual(['w2'])
    lanes.end('over')
  })

  it('take no more than a thousand requests of one priority, and still a write', async () => {
    const { wire } = handWire()
    const lanes = openLanes([wire], { timeoutMs: 60_000, onSilence: () => {} })
    for (let i = 0; i < 1_001; i++) void lanes.submit(request(`p${i}`, 'poll'))
    expect(await lanes.submit(request('one too many', 'poll'))).toMatchObject({ kind: 'not-sent', reason: 'timeout' })
    const write = lanes.submit(request('w', 'write'))
    lanes.end('gone')
    expect(await write).toMatchObject({ kind: 'not-sent', reason: 'not-connected' })
  })

  it('send nothing, and ask no guard, once the session is gone', async () => {
    const { wire, sent } = handWire()
    const guard = vi.fn(() => undefined)
    const lanes = openLanes([wire], { ...quiet, gone: () => 'reset' })
    expect(await lanes.submit(request('w', 'write', { guard }))).toEqual({
      kind: 'not-sent',
      reason: 'not-connected',
      why: 'reset',
    })
    expect([sent, guard.mock.calls]).toEqual([[], []])
  })

  it('resend a read once, a write never, and tell of silence', async () => {
    for (const [priority, times] of [
      ['poll', 1],
      ['write', 0],
    ] as const) {
      const { wire, resent } = handWire()
      const onSilence = vi.fn()
      const lanes = openLanes([wire], { timeoutMs: 40, onSilence })
      void lanes.submit(request('x', priority))
      await vi.waitFor(() => expect(onSilence).toHaveBeenCalledTimes(1))
      expect(resent()).toBe(times)
      lanes.end('over')
    }
  })
})
