/**
 * Two gateways on the same controllers: the second takes over by itself soon after the first was killed; no request is
 * executed twice, none later than `write_max_age` after it was sent. A holder that stood still (SIGSTOP, as a laptop that
 * sleeps) for longer than its claim is good goes on as a standby.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guideProgram, startSimulator } from '#main/plcs/simulator/index'
import { builtCli, liveDescribe, uniqueNamespace } from '#scripts/brokers/live'
import type { Service } from '#shared/broker'
import { until } from '../line/tools.ts'
import { type Contender, createContender } from './contender.ts'
import { type Network, startNetwork } from './network.ts'
import { sendRequests } from './requests.ts'

builtCli()
const services = ['mqtt', 'valkey', 'kafka'] as const
/** 15 s until a holder's key is gone, 10 s until a group has let its member go. */
const takeoverMs = 25_000
const maxAgeMs = 2_000

liveDescribe('mosquitto', 'two gateways on the same controllers', () =>
  liveDescribe('redis', 'with requests all the time', () =>
    liveDescribe('kafka', 'on real brokers', () => {
      let network: Network
      beforeAll(async () => {
        network = await startNetwork(5)
      }, 120_000)
      afterAll(async () => network.stop())

      const cases: readonly (readonly Service[])[] = [['mqtt'], ['valkey'], ['kafka'], services]
      describe.concurrent('after kill -9 of the holder', () => {
        it.each(cases.map((on, place) => ({ on, place })))(
          'the other writes within 25 s, on $on',
          async ({ on, place }) => {
            const slot = network.slots[place]
            if (!slot) throw new Error('no place')
            const namespace = uniqueNamespace('hot')
            await network.senders.prepare(namespace, on)
            const portsOf = (ways: (typeof slot)['a']) => Object.fromEntries(on.map((one) => [one, ways[one].port]))
            const first = await createContender({ namespace, site: 'first', ports: portsOf(slot.a), heldBefore: true })
            const { plc } = first
            const second = await createContender({
              namespace,
              site: 'second',
              ports: portsOf(slot.b),
              heldBefore: true,
              plc,
            })
            const requests = sendRequests(network.senders, namespace, on)
            try {
              await measure(first, second, requests.sentAt)
            } finally {
              await requests.stop()
              await second.remove()
              await first.remove()
            }
          },
          150_000,
        )

        it('one that slept longer than its claim is good wakes up as a standby, and executes nothing that waited', async () => {
          const slot = network.slots[4]
          if (!slot) throw new Error('no place')
          const namespace = uniqueNamespace('slept')
          await network.senders.prepare(namespace, services)
          const portsOf = (ways: (typeof slot)['a']) => Object.fromEntries(services.map((one) => [one, ways[one].port]))
          // Two of the same serial number: each has a write log of its own, which tells who wrote.
          const serial = 0xc0ffee
          const plcs = [
            await startSimulator({ program: guideProgram(), serial }),
            await startSimulator({ program: guideProgram(), serial }),
          ] as const
          const common = { namespace, heldBefore: true }
          const first = await createContender({ ...common, site: 'first', ports: portsOf(slot.a), plc: plcs[0] })
          const second = await createContender({ ...common, site: 'second', ports: portsOf(slot.b), plc: plcs[1] })
          const requests = sendRequests(network.senders, namespace, services)
          try {
            await sleepAndWake(first, second, requests.sentAt)
          } finally {
            await requests.stop()
            await second.remove()
            await first.remove()
            for (const plc of plcs) await plc.close()
          }
        }, 150_000)
      })
    }),
  ),
)

async function measure(first: Contender, second: Contender, sentAt: ReadonlyMap<number, number>) {
  const { plc } = first
  first.start()
  await first.state('held')
  second.start()
  const standby = await second.state('standby')
  expect(standby.gateway).toMatchObject({ kind: 'standby', reason: 'live-holder' })
  await until(() => plc.writeLog.length > 10, 'some writes of the first')
  await first.down('kill')
  const killedAt = Date.now()
  // What the first had sent may still be on its way.
  const before = plc.writeLog.length + 1
  await until(() => plc.writeLog.length > before + 5, 'writes of the second', 60_000)
  const firstWrite = plc.writeLog[before]?.at ?? Number.POSITIVE_INFINITY
  expect(firstWrite - killedAt).toBeLessThanOrEqual(takeoverMs)
  const values = plc.writeLog.map(({ value }) => Number(value))
  expect(new Set(values).size, 'a request was executed twice').toBe(values.length)
  const ages = plc.writeLog.map(({ at, value }) => at - (sentAt.get(Number(value)) ?? 0))
  expect(Math.max(...ages)).toBeLessThan(maxAgeMs + 1_000)
  // The one that comes back finds the other: it stays deaf and dumb.
  first.start()
  await first.state('standby')
  expect((await second.claim())?.gateway.kind).toBe('held')
}

async function sleepAndWake(first: Contender, second: Contender, sentAt: ReadonlyMap<number, number>) {
  first.start()
  await first.state('held')
  second.start()
  await second.state('standby')
  await until(() => first.plc.writeLog.length > 5, 'some writes of the first')
  first.signal('SIGSTOP')
  const stoppedAt = Date.now()
  await until(() => second.plc.writeLog.length > 5, 'writes of the second', 60_000)
  // A claim is good for 10 s, a record lives for 15 s.
  await until(() => Date.now() - stoppedAt > 16_000, 'long enough', 20_000)
  first.signal('SIGCONT')
  await first.state('standby')
  const after = second.plc.writeLog.length + 10
  await until(() => second.plc.writeLog.length > after, 'the second goes on', 30_000)
  expect(first.plc.writeLog.filter(({ at }) => at > stoppedAt + 1_000)).toEqual([])
  const all = [...first.plc.writeLog, ...second.plc.writeLog]
  expect(new Set(all.map(({ value }) => Number(value))).size, 'a request was executed twice').toBe(all.length)
  const ages = all.map(({ at, value }) => at - (sentAt.get(Number(value)) ?? 0))
  expect(Math.max(...ages)).toBeLessThan(maxAgeMs + 1_000)
}
