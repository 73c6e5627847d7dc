import { afterEach, describe, expect, it, vi } from 'vitest'
import { status as st } from '#main/plcs/cip'
import type { ReadPlan } from '#main/plcs/driver'
import { makeExchange } from './exchange.ts'
import { openLanes } from './lanes.ts'
import { type Model, makeModel } from './model.ts'
import { makePacketLimit } from './packet-limit.ts'
import { type Controller, makePlan } from './plan.ts'
import { dint, replyMessage, tinyPlc } from './scripted-peer.ts'
import type { Wire } from './wire.ts'

type Answerer = (service: number, message: Buffer) => Buffer | undefined

const names = Array.from({ length: 40 }, (_, i) => `Tag_${i}`)
const tiny = () => tinyPlc(Object.fromEntries(names.map((name, i) => [name, dint(i)])))
const never = new AbortController().signal

/** A plan on a wire without a network: `twist` answers first, the tiny PLC what it leaves. */
function planOn(
  plc: ReturnType<typeof tiny>,
  addresses: readonly string[],
  twist: Answerer = () => undefined,
  model: Model = makeModel(undefined, true),
) {
  const sent: number[] = []
  const suspected = vi.fn()
  const wire: Wire = {
    limit: 502,
    degraded: '',
    silenceMs: 16_000,
    frame: (message) => message,
    send: (message, take) => {
      const service = message.readUInt8(0)
      sent.push(service)
      const pathEnd = 2 + 2 * message.readUInt8(1)
      const answer = () => {
        const reply = plc.answer({ service, path: message.subarray(2, pathEnd), data: message.subarray(pathEnd) })
        return Buffer.concat([replyMessage(service, reply.status, reply.extended), reply.data ?? Buffer.alloc(0)])
      }
      setImmediate(() => take(twist(service, message) ?? answer()))
    },
    resend: () => {},
    close: async () => {},
  }
  const lanes = openLanes([wire], { timeoutMs: 5_000, onSilence: () => {} })
  const controller: Controller = {
    exchange: makeExchange(wire, lanes),
    multiple: true,
    model: () => model,
    packetLimit: makePacketLimit(wire.limit, () => {}),
    suspect: suspected,
    distrust: () => {},
  }
  return { plan: makePlan(addresses, controller), sent, suspected }
}

/** A tag whose structure is not known. */
const udt = { name: 'Udt', instance: 1, type: 0x8123, dims: [], access: 'read-write', hidden: '' } as const

const valuesOf = async (plan: ReadPlan) =>
  (await plan.read(never)).outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.reason))
const numbers = names.map((_, i) => i)

afterEach(() => vi.useRealTimers())

describe('a plan', () => {
  it('reads many tags in few packets', async () => {
    const { plan, sent } = planOn(tiny(), names)
    expect(await valuesOf(plan)).toEqual(numbers)
    sent.length = 0
    expect(await valuesOf(plan)).toEqual(numbers)
    expect(sent.length).toBeLessThanOrEqual(3)
    expect(new Set(sent)).toEqual(new Set([0x0a]))
  })

  it('reads one by one from then on where the controller knows no packets of several', async () => {
    const { plan, sent } = planOn(tiny(), names, (service) =>
      service === 0x0a ? replyMessage(service, st.serviceNotSupported) : undefined,
    )
    expect(await valuesOf(plan)).toEqual(numbers)
    sent.length = 0
    expect(await valuesOf(plan)).toEqual(numbers)
    expect(sent).toEqual(names.map(() => 0x4c))
  })

  it('makes smaller packets where the controller calls them too large', async () => {
    const { plan, sent } = planOn(tiny(), names, (service, message) =>
      service === 0x0a && message.length > 260 ? replyMessage(service, st.replyTooLarge) : undefined,
    )
    expect(await valuesOf(plan)).toEqual(numbers)
    sent.length = 0
    expect(await valuesOf(plan)).toEqual(numbers)
    expect(sent.every((service) => service === 0x0a)).toBe(true)
  })

  it('makes packets as large as before again after some minutes in which the controller refused none', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    let refusals = 0
    const { plan, sent } = planOn(tiny(), names, (service) =>
      service === 0x0a && refusals-- > 0 ? replyMessage(service, st.resourceUnavailable) : undefined,
    )
    const requests = async () => {
      sent.length = 0
      expect(await valuesOf(plan)).toEqual(numbers)
      return sent.length
    }
    await plan.read(never)
    const usual = await requests()
    refusals = usual
    await requests()
    expect(await requests()).toBeGreaterThan(usual)
    vi.advanceTimersByTime(301_000)
    expect(await requests()).toBe(usual)
  })

  it('asks in fragments, from then on, for what does not fit into one reply', async () => {
    const parts = [Buffer.from('c4000700', 'hex'), Buffer.from('c4000000', 'hex')]
    const partial = (service: number, message: Buffer) => {
      if (service === 0x4c) return replyMessage(service, st.partialTransfer)
      const second = message.readUInt32LE(message.length - 4) === 2 ? 1 : 0
      return Buffer.concat([replyMessage(service, second ? 0 : st.partialTransfer), parts[second] ?? Buffer.alloc(0)])
    }
    const { plan, sent } = planOn(tiny(), ['Tag_1'], partial)
    expect(await valuesOf(plan)).toEqual([7])
    expect(sent.slice(-3)).toEqual([0x4c, 0x52, 0x52])
    sent.length = 0
    expect(await valuesOf(plan)).toEqual([7])
    expect(sent).toEqual([0x52, 0x52])
  })

  it('asks again, alone, for what found no room in a packet, and leaves it more room', async () => {
    let full = false
    const { plan, sent } = planOn(tiny(), ['Tag_1', 'Tag_2'], (service) => {
      if (service !== 0x0a || !full) return undefined
      full = false
      return Buffer.concat([
        replyMessage(service, st.embeddedServiceError),
        Buffer.from('020006001000cc000000c40001000000cc000600', 'hex'),
      ])
    })
    expect(await valuesOf(plan)).toEqual([1, 2])
    full = true
    sent.length = 0
    expect(await valuesOf(plan)).toEqual([1, 2])
    expect(await valuesOf(plan)).toEqual([1, 2])
    expect(sent).toEqual([0x0a, 0x4c, 0x0a])
  })

  /** A packet's reply whose parts do not lie where it says. */
  const garbled = (service: number) => Buffer.concat([replyMessage(service, 0), Buffer.from('0200060006000000', 'hex')])

  it('takes nothing from a packet whose reply is not what it announces, and asks one by one', async () => {
    const { plan } = planOn(tiny(), names, (service) => (service === 0x0a ? garbled(service) : undefined))
    expect(await valuesOf(plan)).toEqual(numbers)
  })

  it.each([
    ['is not what it announces', garbled],
    [
      'ends in a part that ends too early',
      () => Buffer.from('8a001e00020006001000cc000000c40009000000cc0004ff', 'hex'),
    ],
  ])('takes a reply that comes again after one that %s', async (_, broken) => {
    const plc = tiny()
    let isBroken = false
    const { plan } = planOn(plc, ['Tag_1', 'Tag_2'], (service) =>
      service === 0x0a && isBroken ? broken(service) : undefined,
    )
    expect(await valuesOf(plan)).toEqual([1, 2])
    isBroken = true
    plc.tags.set('Tag_1', dint(9))
    await plan.read(never).catch(() => {})
    isBroken = false
    plc.tags.set('Tag_1', dint(1))
    expect(await valuesOf(plan)).toEqual([1, 2])
  })

  it('lets a bad tag rest, tries it alone after 30 s, and takes it back when it is there', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const plc = tiny()
    const { plan, sent } = planOn(plc, [...names, 'Missing'])
    expect((await valuesOf(plan)).at(-1)).toBe('unknown-tag')
    const packets = sent.length
    sent.length = 0
    const before = (await plan.read(never)).outcomes.at(-1)
    expect(sent.length).toBeLessThanOrEqual(packets)
    expect(sent).not.toContain(0x4c)
    vi.advanceTimersByTime(31_000)
    sent.length = 0
    expect((await plan.read(never)).outcomes.at(-1)).toBe(before)
    expect(sent.filter((service) => service === 0x4c)).toHaveLength(1)
    plc.tags.set('Missing', dint(5))
    vi.advanceTimersByTime(31_000)
    expect(await valuesOf(plan)).toEqual([...numbers, 5])
    sent.length = 0
    expect(await valuesOf(plan)).toEqual([...numbers, 5])
    expect(sent).not.toContain(0x4c)
  })

  it('takes a bad tag back in time though the clock of the computer was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const plc = tiny()
    const { plan } = planOn(plc, ['Tag_1', 'Missing'])
    expect(await valuesOf(plan)).toEqual([1, 'unknown-tag'])
    plc.tags.set('Missing', dint(5))
    vi.setSystemTime(Date.now() - 3_600_000)
    vi.advanceTimersByTime(31_000)
    expect(await valuesOf(plan)).toEqual([1, 5])
  })

  it('asks again for an unknown structure in time though the clock of the computer was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const load = vi.fn(async () => {})
    const model = { ...makeModel([udt], true), load, whyUnknown: () => 'it was refused.' }
    const { plan } = planOn(tiny(), ['Udt'], undefined, model)
    expect(await valuesOf(plan)).toEqual(['unsupported-type'])
    await plan.read(never)
    expect(load).toHaveBeenCalledTimes(1)
    vi.setSystemTime(Date.now() - 3_600_000)
    vi.advanceTimersByTime(301_000)
    await plan.read(never)
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('asks again for an unknown structure where that was cancelled half-way', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const load = vi.fn(async () => {})
    const model = { ...makeModel([udt], true), load, whyUnknown: () => 'it was refused.' }
    const { plan } = planOn(tiny(), ['Udt'], undefined, model)
    await plan.read(never)
    vi.advanceTimersByTime(301_000)
    load.mockRejectedValueOnce(new Error('enough'))
    await expect(plan.read(never)).rejects.toThrow('enough')
    await plan.read(never)
    expect(load).toHaveBeenCalledTimes(3)
  })

  it('tries no more than a few resting tags within one read', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { plan, sent } = planOn(
      tiny(),
      Array.from({ length: 50 }, (_, i) => `Missing_${i}`),
    )
    await plan.read(never)
    await plan.read(never)
    vi.advanceTimersByTime(31_000)
    sent.length = 0
    await plan.read(never)
    expect(sent).toHaveLength(4)
  })

  it('tries every resting tag in its turn', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const plc = tiny()
    const missing = Array.from({ length: 200 }, (_, i) => `Missing_${i}`)
    const { plan } = planOn(plc, missing)
    await plan.read(never)
    const last = missing.at(-1) ?? ''
    plc.tags.set(last, dint(5))
    // Fifty turns of four.
    for (let turn = 0; turn < 50; turn++) {
      vi.advanceTimersByTime(31_000)
      await plan.read(never)
    }
    expect((await plan.read(never)).outcomes.at(-1)).toMatchObject({ ok: true, value: 5 })
  })

  it('suspects a changed program when a tag that had a value is gone, not when it never was there', async () => {
    const plc = tiny()
    const { plan, suspected } = planOn(plc, ['Tag_1', 'Tag_2', 'Missing'])
    await plan.read(never)
    expect(suspected).not.toHaveBeenCalled()
    plc.tags.delete('Tag_2')
    expect(await valuesOf(plan)).toEqual([1, 'unknown-tag', 'unknown-tag'])
    expect(suspected).toHaveBeenCalled()
  })

  it('says of a structure it does not know that its members can be read', async () => {
    const plc = tiny()
    plc.tags.set('Udt', Buffer.from('a0023412', 'hex'))
    const { outcomes } = await planOn(plc, ['Udt']).plan.read(never)
    expect(outcomes[0]).toMatchObject({ reason: 'unsupported-type', text: expect.stringMatching(/^Udt: .*members/) })
  })

  it('ends when its signal aborts, and can be read again', async () => {
    const { plan } = planOn(tiny(), names)
    const abort = new AbortController()
    const reading = plan.read(abort.signal)
    abort.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    expect(await valuesOf(plan)).toEqual(numbers)
  })
})
