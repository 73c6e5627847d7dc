/** How large packets are: as large as the controller takes, which is not always what it agreed to. */
import { describe, expect, it, vi } from 'vitest'
import { status as st } from '#main/plcs/cip'
import type { PlcDetails } from '#shared/plc'
import { tag } from './simulator/program.ts'
import { connect, never, simulate } from './test-controllers.ts'

const numbers = Array.from({ length: 2_500 }, (_, i) => i)
const tags = numbers.map((i) => tag(`Tag_${i}`, 'DINT', [], { value: i }))

/** A controller of many tags, and a plan of all of them that has been read. */
async function polled() {
  const simulator = await simulate('logix5580', { program: { name: 'Line1', tags } })
  const told: PlcDetails[] = []
  const connection = await connect(simulator, { connections: 1 }, { onDetails: (it) => told.push(it) })
  const plan = connection.plan(tags.map(({ name }) => name))
  const values = async () => (await plan.read(never)).outcomes.map((it) => (it.ok ? it.value : it.text))
  /** Reads once; gives how many requests that took. */
  const poll = async () => {
    const before = simulator.counters.connectedRequests
    expect(await values()).toEqual(numbers)
    return simulator.counters.connectedRequests - before
  }
  await vi.waitFor(() => expect(connection.details.addressing).toBe('instance'), { timeout: 3_000 })
  await poll()
  const refuse = (status: number, times: number) => {
    simulator.faults.refuseService = { service: 0x0a, status, times }
  }
  const bytes = () => connection.details.packetBytes
  return { poll, refuse, bytes, toldBytes: () => told.at(-1)?.packetBytes, agreed: bytes(), usual: await poll() }
}

describe('packets that are refused', () => {
  it.each([
    ['a moment of few resources', st.resourceUnavailable],
    ['replies too large', st.replyTooLarge],
  ])('for %s are made half as large, however many were refused at once', async (_, status) => {
    const { poll, refuse, bytes, toldBytes, agreed, usual } = await polled()
    refuse(status, 6)
    await poll()
    expect(bytes()).toBe(Math.floor(agreed / 2))
    expect(toldBytes()).toBe(bytes())
    expect(await poll()).toBeLessThan(3 * usual)
  })

  it('are asked again in smaller ones, not tag by tag', async () => {
    const { poll, refuse, usual } = await polled()
    refuse(st.replyTooLarge, 6)
    expect(await poll()).toBeLessThan(4 * usual)
  })
})
