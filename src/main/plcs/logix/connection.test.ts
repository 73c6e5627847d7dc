import { afterEach, describe, expect, it, vi } from 'vitest'
import { NeedsPerson } from '#main/link'
import { silentLog } from '#main/log'
import type { PlcConnection } from '#main/plcs/driver'
import { createDriver } from '#main/plcs/index'
import { leftIn } from '#main/test-signals'
import type { PlcConfig } from '#shared/config'
import { createLogixDriver } from './connect.ts'
import {
  connectedReply,
  dint,
  grant,
  type Incoming,
  type Peer,
  type PeerOptions,
  replyMessage,
  startPeer,
  tinyPlc,
} from './scripted-peer.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

const config = (port: number, more: Partial<PlcConfig> = {}): PlcConfig => ({
  name: 'Main PLC',
  driver: 'logix',
  address: `127.0.0.1:${port}`,
  slot: 0,
  enabled: true,
  poll_rate: 250,
  timeout: 300,
  connections: 1,
  health_check_enabled: true,
  pin: [],
  tags: [],
  ...more,
})

async function peer(options: PeerOptions): Promise<Peer> {
  const started = await startPeer(options)
  open.push(started)
  return started
}

async function connect(to: Peer, more: Partial<PlcConfig> = {}): Promise<PlcConnection> {
  const connection = await createDriver(config(to.port, more), { log: silentLog }).connect({ signal: never })
  open.push(connection)
  return connection
}

const never = new AbortController().signal
const soon = (guard = (): string | undefined => undefined) => ({ signal: never, deadline: Date.now() + 1_000, guard })
const plc = tinyPlc({ A: dint(111), B: dint(222), C: dint(333), Word: dint(0) })
const honest = (request: Incoming) => {
  const { status, data, extended } = plc.answer(request)
  return request.replyFrame(status, data, extended)
}
/** Unwraps Unconnected Send, and answers for what is in it. */
const unwrapped = (request: Incoming) => {
  const inner = request.data.subarray(4, 4 + request.data.readUInt16LE(2))
  const pathEnd = 2 + 2 * inner.readUInt8(1)
  const service = inner.readUInt8(0)
  const reply = plc.answer({ service, path: inner.subarray(2, pathEnd), data: inner.subarray(pathEnd) })
  const frame = request.replyFrame(reply.status, reply.data, reply.extended)
  frame.writeUInt8(service | 0x80, 40)
  return frame
}
const values = async (connection: PlcConnection, addresses: string[]) => {
  const { outcomes } = await connection.plan(addresses).read(never)
  return outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.reason))
}

describe('a connection to a controller', () => {
  it('connects, identifies the CPU, and reads and writes', async () => {
    const stages: string[] = []
    const to = await peer({ answer: honest })
    const connection = await createDriver(config(to.port), { log: silentLog }).connect({
      signal: never,
      onStage: (stage) => stages.push(stage),
    })
    open.push(connection)
    expect(stages).toEqual(['connecting', 'registering', 'opening', 'identifying', 'browsing'])
    expect(connection.identity).toEqual({
      vendor: 1,
      deviceType: 14,
      productCode: 168,
      revision: '32.11',
      serial: 0x12345678,
      productName: '1756-L83E',
      mode: 'run',
    })
    expect(connection.degraded).toBe('')
    expect(await values(connection, ['A', 'B', 'Missing', 'A', 'A.0', 'A.1'])).toEqual([
      111,
      222,
      'unknown-tag',
      111,
      true,
      true,
    ])
    expect(await connection.write('A', 5, soon())).toEqual({ kind: 'done' })
    expect(plc.writes.at(-1)).toBe('4d A c400010005000000')
  })

  it('keeps the outcome object while the bytes stay, and makes a new one when they change', async () => {
    const tags = tinyPlc({ A: dint(1), B: dint(2) })
    const to = await peer({
      answer: (request) => request.replyFrame(tags.answer(request).status, tags.answer(request).data),
    })
    const plan = (await connect(to)).plan(['A', 'B'])
    const [a, b] = (await plan.read(never)).outcomes
    tags.tags.set('A', dint(7))
    const batch = await plan.read(never)
    expect(batch.outcomes[0]).toMatchObject({ value: 7 })
    expect(batch.outcomes[0]).not.toBe(a)
    expect(batch.outcomes[1]).toBe(b)
  })

  it('closes the connection and the session at the PLC', async () => {
    const to = await peer({ answer: honest })
    const connection = await connect(to)
    await connection.close()
    expect(to.services.at(-1)).toBe(0x4e)
    await vi.waitFor(() => expect(to.sockets.size).toBe(0))
    expect((await connection.lost).message).toContain('closed')
    expect(await connection.write('A', 1, soon())).toMatchObject({ kind: 'not-sent', reason: 'not-connected' })
  })

  it('asks nothing twice for two bits of one word and an address named twice', async () => {
    const to = await peer({ answer: honest })
    const connection = await connect(to)
    const before = to.services.length
    await values(connection, ['A', 'A.3', 'a.4', 'A'])
    expect(to.services.slice(before)).toEqual([0x4c])
  })
})

describe('replies are taken only by the request they answer', () => {
  /** Answers reads of A and B as `twist` likes, everything else honestly. */
  const twisted = (twist: (request: Incoming, right: Buffer) => Buffer | undefined) =>
    peer({
      answer: (request) => {
        const right = honest(request)
        return request.service === 0x4c ? twist(request, right) : right
      },
    })
  const wrong = (request: Incoming, id: number, sequence: number, value = 999) =>
    connectedReply(request.frame, id, sequence, Buffer.concat([replyMessage(0x4c, 0), dint(value)]))
  const ourId = (right: Buffer) => right.readUInt32LE(36)

  it('drops a reply with the sequence count before, after a late one', async () => {
    const to = await twisted((request, right) =>
      Buffer.concat([wrong(request, ourId(right), (request.sequence ?? 0) - 1), right]),
    )
    expect(await values(await connect(to), ['A'])).toEqual([111])
  })

  it('drops a doubled reply', async () => {
    const to = await twisted((_, right) => Buffer.concat([right, right]))
    const connection = await connect(to)
    expect(await values(connection, ['A'])).toEqual([111])
    expect(await values(connection, ['B'])).toEqual([222])
    expect(await values(connection, ['C'])).toEqual([333])
  })

  it('drops a reply for a foreign connection', async () => {
    const to = await twisted((request, right) => Buffer.concat([wrong(request, 0x1234, request.sequence ?? 0), right]))
    expect(await values(await connect(to), ['A'])).toEqual([111])
  })

  it('drops a reply of another service under the right sequence count', async () => {
    const to = await twisted((request, right) => {
      const other = connectedReply(request.frame, ourId(right), request.sequence ?? 0, replyMessage(0x4d, 0))
      return Buffer.concat([other, right])
    })
    expect(await values(await connect(to), ['A'])).toEqual([111])
  })

  it('drops a reply of a foreign session', async () => {
    const to = await twisted((request, right) => {
      const foreign = wrong(request, ourId(right), request.sequence ?? 0)
      foreign.writeUInt32LE(0x99, 4)
      return Buffer.concat([foreign, right])
    })
    expect(await values(await connect(to), ['A'])).toEqual([111])
  })

  it('takes a reply that carries the id the target gave, as some servers send it', async () => {
    const to = await twisted((_, right) => {
      right.writeUInt32LE(0x7000, 36)
      return right
    })
    expect(await values(await connect(to), ['A'])).toEqual([111])
  })

  it('does not give the late reply of a cancelled read to the next one', async () => {
    let late: Buffer | undefined
    const to = await twisted((request, right) => {
      if (request.path.toString('latin1', 2, 3) !== 'A') return late ? Buffer.concat([late, right]) : right
      late = right
      setTimeout(() => request.socket.write(right), 60)
      return undefined
    })
    const connection = await connect(to)
    const abort = new AbortController()
    const reading = connection.plan(['A']).read(abort.signal)
    setTimeout(() => abort.abort(new Error('enough')), 20)
    await expect(reading).rejects.toThrow('enough')
    expect(await values(connection, ['B'])).toEqual([222])
  })

  it('reads right when every reply is cut at any byte', async () => {
    let cut = 0
    const to = await twisted((request, right) => {
      request.socket.write(right.subarray(0, cut))
      setImmediate(() => request.socket.write(right.subarray(cut)))
      return undefined
    })
    const connection = await connect(to)
    const plan = connection.plan(['A'])
    for (cut = 1; cut < 56; cut++)
      expect((await plan.read(never)).outcomes[0], `cut at ${cut}`).toMatchObject({ ok: true, value: 111 })
  })
})

describe('silence', () => {
  it('repeats a read under the same sequence count, and takes its answer', async () => {
    const sequences: (number | undefined)[] = []
    const to = await peer({
      answer: (request) => {
        if (request.service !== 0x4c) return honest(request)
        sequences.push(request.sequence)
        return sequences.length === 1 ? undefined : honest(request)
      },
    })
    expect(await values(await connect(to), ['A'])).toEqual([111])
    expect(sequences).toHaveLength(2)
    expect(sequences[0]).toBe(sequences[1])
  })

  it('declares the connection lost after the time-out, and says so', async () => {
    const to = await peer({ answer: (request) => (request.service === 0x4c ? undefined : honest(request)) })
    const connection = await connect(to)
    const started = Date.now()
    await expect(connection.plan(['A']).read(never)).rejects.toThrow('no answer for 300 ms')
    expect(Date.now() - started).toBeLessThan(900)
    expect((await connection.lost).message).toMatch(/^127\.0\.0\.1:\d+: .*no answer for 300 ms/)
  })

  it('never sends a write twice, and calls its outcome unknown', async () => {
    const to = await peer({ answer: (request) => (request.service === 0x4d ? undefined : honest(request)) })
    const connection = await connect(to)
    expect(await connection.write('A', 1, soon())).toMatchObject({ kind: 'unknown' })
    expect(to.services.filter((service) => service === 0x4d)).toHaveLength(1)
  })

  it('calls a write unknown at its deadline, before the connection is given up', async () => {
    const to = await peer({ answer: (request) => (request.service === 0x4d ? undefined : honest(request)) })
    const connection = await connect(to, { timeout: 2_000 })
    const outcome = await connection.write('A', 1, { signal: never, deadline: Date.now() + 80, guard: () => undefined })
    expect(outcome).toMatchObject({ kind: 'unknown', error: expect.stringContaining('no answer came in time') })
  })

  it('rejects reads and loses the connection when the peer resets it', async () => {
    const to = await peer({
      answer: (request) => {
        if (request.service !== 0x4c) return honest(request)
        request.socket.resetAndDestroy()
        return undefined
      },
    })
    const connection = await connect(to)
    await expect(connection.plan(['A']).read(never)).rejects.toThrow()
    expect((await connection.lost).message).toContain('lost')
  })

  it('loses the connection when the peer sends garbage', async () => {
    const to = await peer({
      answer: (request) =>
        request.service === 0x4c ? Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n') : honest(request),
    })
    await expect(values(await connect(to), ['A'])).rejects.toThrow('not EtherNet/IP')
  })
})

describe('writing', () => {
  it('asks the guard last, and sends nothing when it objects', async () => {
    const to = await peer({ answer: honest })
    const connection = await connect(to)
    const before = to.services.length
    expect(
      await connection.write(
        'A',
        1,
        soon(() => 'the claim is gone'),
      ),
    ).toEqual({ kind: 'blocked', error: 'the claim is gone' })
    expect(
      await connection.write(
        'A.3',
        true,
        soon(() => 'no'),
      ),
    ).toEqual({ kind: 'blocked', error: 'no' })
    expect(to.services.slice(before)).toEqual([])
  })

  it('goes ahead of polls, and asks the guard only when its turn has come', async () => {
    const order: string[] = []
    let release = () => {}
    const to = await peer({
      answer: (request) => {
        order.push(request.service.toString(16))
        if (order.length !== 1) return honest(request)
        release = () => request.socket.write(honest(request))
        return undefined
      },
    })
    const connection = await connect(to, { timeout: 5_000 })
    order.length = 0
    const polls = Promise.all(['A', 'B', 'C'].map((name) => connection.plan([name]).read(never)))
    await vi.waitFor(() => expect(order).toEqual(['4c']))
    let asked = 0
    const write = connection.write(
      'Word',
      1,
      soon(() => void asked++ as undefined),
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(asked).toBe(0)
    release()
    expect(await write).toEqual({ kind: 'done' })
    await polls
    expect(asked).toBe(1)
    expect(order).toEqual(['4c', '4d', '4c', '4c'])
  })

  it('sets one bit by mask', async () => {
    const connection = await connect(await peer({ answer: honest }))
    expect(await connection.write('Word.5', true, soon())).toEqual({ kind: 'done' })
    expect(plc.writes.at(-1)).toBe('4e Word 040020000000ffffffff')
    await connection.write('Word.31', false, soon())
    expect(plc.writes.at(-1)).toBe('4e Word 040000000000ffffff7f')
  })

  it('refuses what does not fit before anything is sent', async () => {
    const to = await peer({ answer: honest })
    const connection = await connect(to)
    const before = plc.writes.length
    for (const [address, value] of [
      ['A', 2 ** 31],
      ['A', 1.5],
      ['A', 'x'],
      ['A', true],
      ['A.3', 1],
      ['A.32', true],
      ['A[', 1],
    ] as const) {
      expect(await connection.write(address, value, soon()), address).toMatchObject({
        kind: 'refused',
        error: expect.stringMatching(/^A/),
      })
    }
    expect(plc.writes.length).toBe(before)
  })

  it('tells what the PLC refused and why', async () => {
    const to = await peer({
      answer: (request) => (request.service === 0x4d ? request.replyFrame(0x10, undefined, [0x2101]) : honest(request)),
    })
    const outcome = await (await connect(to)).write('A', 1, soon())
    expect(outcome).toMatchObject({ kind: 'refused', error: expect.stringContaining('keyswitch') })
  })

  it('does not know what became of a write whose connection timed out on the way, and connects anew', async () => {
    const to = await peer({
      answer: (request) => (request.service === 0x4d ? request.replyFrame(0x1f, undefined, [0x0203]) : honest(request)),
    })
    const connection = await connect(to)
    const [first, second] = await Promise.all([connection.write('A', 1, soon()), connection.write('B', 2, soon())])
    expect(first).toEqual({
      kind: 'unknown',
      error: expect.stringMatching(/^A: the write was sent, and a router on the way got no answer/),
    })
    expect(second).toMatchObject({ kind: 'not-sent', reason: 'not-connected' })
    expect(to.services.filter((service) => service === 0x4d)).toHaveLength(1)
    expect((await connection.lost).message).toContain('the controller did not answer on the way there')
  })

  it('leaves nothing at a signal that lives as long as the gateway', async () => {
    const connection = await connect(await peer({ answer: honest }))
    const { signal } = new AbortController()
    for (let i = 0; i < 5; i++) expect(await connection.write('A', i, { ...soon(), signal })).toEqual({ kind: 'done' })
    expect(leftIn(signal)).toBe(0)
  })

  it('sends nothing after its signal has aborted', async () => {
    const to = await peer({ answer: honest })
    const connection = await connect(to)
    const outcome = await connection.write('A', 1, { ...soon(), signal: AbortSignal.abort(new Error('stop')) })
    expect(outcome).toMatchObject({ kind: 'not-sent', reason: 'cancelled' })
    expect(to.services).not.toContain(0x4d)
  })
})

describe('the connection ladder', () => {
  const refusing = (refuse: (request: Incoming) => Buffer | undefined) => peer({ answer: honest, open: refuse })

  it('falls from a large to a small connection', async () => {
    const to = await refusing((request) => (request.service === 0x5b ? request.replyFrame(0x08) : grant(request)))
    const connection = await connect(to)
    expect(to.services.slice(0, 2)).toEqual([0x5b, 0x54])
    expect(await values(connection, ['A'])).toEqual([111])
  })

  it('goes on unconnected, and says why, where no connection is left', async () => {
    const to = await peer({
      open: (request) => request.replyFrame(0x01, undefined, [0x0113]),
      answer: unwrapped,
    })
    const connection = await connect(to)
    expect(connection.degraded).toContain('no connection is left')
    expect(await values(connection, ['A', 'B'])).toEqual([111, 222])
  })

  it('takes a connection as soon as the PLC has one again', async () => {
    let left = false
    const to = await peer({
      open: (request) => (left ? grant(request) : request.replyFrame(0x01, undefined, [0x0113])),
      answer: (request) => (request.sequence === undefined ? unwrapped(request) : honest(request)),
    })
    const driver = createLogixDriver(config(to.port), silentLog, { firstMs: 50, lastMs: 1_000 })
    const slow = await driver.connect({ signal: never })
    open.push(slow)
    expect(await values(slow, ['A'])).toEqual([111])
    await vi.waitFor(() => expect(to.services.filter((service) => service === 0x5b).length).toBeGreaterThan(2))
    expect(await values(slow, ['A'])).toEqual([111])
    left = true
    expect((await slow.lost).message).toMatch(/the PLC has a connection free again/)
    const quick = await driver.connect({ signal: never })
    open.push(quick)
    expect(quick.degraded).toBe('')
    expect(await values(quick, ['A', 'B'])).toEqual([111, 222])
  })

  it('asks a PLC that has no connection ever more rarely', async () => {
    const asked: number[] = []
    const to = await peer({
      open: (request) => {
        asked.push(performance.now())
        return request.replyFrame(0x01, undefined, [0x0113])
      },
      answer: unwrapped,
    })
    const firstMs = 20
    open.push(
      await createLogixDriver(config(to.port), silentLog, { firstMs, lastMs: 1_000 }).connect({ signal: never }),
    )
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(5), { timeout: 5_000 })
    const [before = 0, last = 0] = asked.slice(4)
    expect(last - before).toBeGreaterThan(8 * firstMs)
  })

  it('closes a connection that it asked for in vain before it asks for another', async () => {
    let silent = false
    const to = await peer({
      open: (request) => (silent ? undefined : request.replyFrame(0x01, undefined, [0x0113])),
      answer: unwrapped,
    })
    const driver = createLogixDriver(config(to.port, { timeout: 20 }), silentLog, { firstMs: 5, lastMs: 1_000 })
    open.push(await driver.connect({ signal: never }))
    silent = true
    const asked = () => to.services.filter((service) => service === 0x5b || service === 0x4e)
    await vi.waitFor(() => expect(Buffer.from(asked()).toString('hex')).toMatch(/5b4e5b4e5b$/), { timeout: 5_000 })
  })

  it('needs a person for a wrong slot', async () => {
    const to = await refusing((request) => request.replyFrame(0x01, undefined, [0x0312]))
    const failed = await connect(to, { slot: 3 }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(NeedsPerson)
    expect((failed as Error).message).toMatch(/^127\.0\.0\.1:\d+: no module answers in this slot .*connection path 1,3/)
  })

  it('needs nobody for a slot that was right before: a rack that is powered up answers so', async () => {
    let refused = false
    const to = await peer({
      answer: honest,
      open: (request) => (refused ? request.replyFrame(0x01, undefined, [0x0312]) : grant(request)),
    })
    const driver = createDriver(config(to.port, { slot: 3 }), { log: silentLog })
    open.push(await driver.connect({ signal: never }))
    refused = true
    const failed = await driver.connect({ signal: never }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(Error)
    expect(failed).not.toBeInstanceOf(NeedsPerson)
    expect((failed as Error).message).toMatch(/no module answers in this slot/)
  })

  it('does not know what became of a write to which a router on the way got no answer', async () => {
    const late = (request: Incoming) => {
      const frame = unwrapped(request)
      // The controller has done it; the router did not hear of it.
      return request.data.readUInt8(4) === 0x4d ? request.replyFrame(0x01, Buffer.from([1]), [0x0204]) : frame
    }
    const to = await peer({
      open: (request) => request.replyFrame(0x01, undefined, [0x0113]),
      answer: late,
    })
    const connection = await connect(to)
    expect(await values(connection, ['A'])).toEqual([111])
    const writes = plc.writes.length
    // The link is lost with that, and what waits is not sent to whatever answers next.
    const [first, second] = await Promise.all([connection.write('A', 3, soon()), connection.write('B', 4, soon())])
    expect(first).toEqual({
      kind: 'unknown',
      error: expect.stringMatching(/^A: the write was sent, and a router on the way got no answer/),
    })
    expect(second).toMatchObject({ kind: 'not-sent', reason: 'not-connected' })
    expect(plc.writes.length - writes).toBe(1)
    expect((await connection.lost).message).toContain('the controller did not answer on the way there')
  })

  it('names the hop that failed, where a router on the way refuses', async () => {
    // The second router refuses: behind its own hop it sees 1 word of the route, and the 2 of the message router.
    const triple = Buffer.alloc(8)
    const opened = await refusing((request) =>
      request.replyFrame(0x01, Buffer.concat([triple, Buffer.from([7 + 1 + 2, 0])]), [0x0311]),
    )
    const path = { connection_path: '1,4,2,192.168.1.5,1,0' }
    await expect(connect(opened, path)).rejects.toThrow(
      /: hop 2 of 3 \(port 2, 192\.168\.1\.5\): the path names a port/,
    )
    // The same without a connection: the answer is Unconnected Send's own.
    const unconnected = await peer({
      open: (request) => request.replyFrame(0x01, undefined, [0x0113]),
      answer: (request) => request.replyFrame(0x01, Buffer.from([1]), [0x0204]),
    })
    await expect(connect(unconnected, path)).rejects.toThrow(
      /: hop 3 of 3 \(backplane, slot 0\): the controller did not answer on the way there/,
    )
  })

  it('needs a person where the device is no controller', async () => {
    const scanner = tinyPlc({})
    const to = await peer({
      answer: (request) => {
        if (request.service === 0x55) return request.replyFrame(0x08)
        const { status, data } = scanner.answer(request)
        if (request.service === 0x01) data?.writeUInt16LE(0x0c, 2)
        return request.replyFrame(status, data)
      },
    })
    await expect(connect(to)).rejects.toThrow(NeedsPerson)
  })

  it('connects once more without the tag list where the device hangs up on it', async () => {
    const to = await peer({
      answer: (request) => {
        if (request.service !== 0x55) return honest(request)
        const refusal = request.replyFrame(0)
        refusal.writeUInt32LE(8, 8)
        request.socket.end(refusal)
        return undefined
      },
    })
    const connection = await connect(to)
    expect(connection.degraded).toContain('lists no tags')
    expect(connection.browse).toBeUndefined()
    expect(await values(connection, ['A'])).toEqual([111])
    expect(await connection.write('A', 3, soon())).toEqual({ kind: 'done' })
  })

  it('says in words that nobody listens', async () => {
    const to = await peer({ answer: honest })
    await to.close()
    await expect(connect(to)).rejects.toThrow(/^127\.0\.0\.1:\d+: connection refused \(ECONNREFUSED\)\. Does the PLC/)
  })

  it('gives up when its signal aborts, and leaves no socket', async () => {
    const to = await peer({ answer: () => undefined })
    const abort = new AbortController()
    const connecting = createDriver(config(to.port, { timeout: 5_000 }), { log: silentLog }).connect({
      signal: abort.signal,
    })
    await vi.waitFor(() => expect(to.services).toContain(0x01))
    abort.abort(new Error('stopped by a person'))
    await expect(connecting).rejects.toThrow('stopped by a person')
    await vi.waitFor(() => expect(to.sockets.size).toBe(0))
  })
})
