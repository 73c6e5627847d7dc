import { describe, expect, it } from 'vitest'
import type { PlcConfig, TagConfig } from '#shared/config'
import type { DataType } from '#shared/plc'
import type { ReadOutcome } from '#shared/tag'
import type { TagValue } from '#shared/value'
import { createTagTable } from './table.ts'

const dint: DataType = { kind: 'atomic', name: 'DINT' }
const good = (value: TagValue, type = dint): ReadOutcome => ({ ok: true, value, type })
const bad: ReadOutcome = { ok: false, reason: 'unknown-tag', text: 'Set: not in the controller' }

const tag = (name: string, more: Partial<TagConfig> = {}): TagConfig => ({
  name,
  enabled: true,
  writable: false,
  ignore_changes: [],
  no_mqtt: false,
  no_valkey: false,
  no_kafka: false,
  ...more,
})

const plcOf = (name: string, ...tags: TagConfig[]): PlcConfig => ({
  name,
  driver: 'logix',
  address: '127.0.0.1',
  slot: 0,
  enabled: true,
  poll_rate: 1000,
  timeout: 3000,
  health_check_enabled: true,
  pin: [],
  tags,
})

function table(...tags: TagConfig[]) {
  const made = createTagTable([plcOf('Main PLC', ...tags)])
  const rows = made.polledRows('Main PLC')
  const batch = { outcomes: [] as ReadOutcome[], times: new Float64Array(rows.length) }
  return {
    table: made,
    /** Gives the outcomes of one poll, returns the indices that changed. */
    poll: (at: number, ...outcomes: ReadOutcome[]) => {
      batch.outcomes.splice(0, batch.outcomes.length, ...outcomes)
      batch.times.fill(at)
      const changed: number[] = []
      made.update(rows, batch, (index) => changed.push(index))
      return changed
    },
    lose: () => made.linkLost(rows, 'Main PLC: no answer'),
  }
}

describe('tag table', () => {
  it('tells the first good value and every change after it, and nothing else', () => {
    const { poll } = table(tag('A'), tag('B'))
    const b = good(1)
    expect(poll(1, good(1), b)).toEqual([0, 1])
    expect(poll(2, good(1), b)).toEqual([])
    expect(poll(3, good(2), b)).toEqual([0])
  })

  it('makes the body of a message in the order of the contract, with the time of the read', () => {
    const { poll, table: made } = table(tag('Set', { alias: 'Line "Set"', writable: true }))
    poll(Date.UTC(2026, 0, 31, 12), good(5))
    expect(made.body(0)).toBe(
      '"plc":"Main PLC","tag":"Line \\"Set\\"","value":5,"type":"DINT","writable":true,"timestamp":"2026-01-31T12:00:00.000Z"}',
    )
    expect(made.subject(0)).toEqual({ kind: 'tag', plc: 'Main PLC', tag: 'Line "Set"' })
  })

  it('has no body before the first good read, while the tag is bad, and after the link is lost', () => {
    const { poll, table: made, lose } = table(tag('Set'))
    expect(made.body(0)).toBeUndefined()
    poll(1, good(5))
    poll(2, bad)
    expect(made.body(0)).toBeUndefined()
    expect(made.snapshot(0)).toMatchObject({ quality: 'bad', error: 'Set: not in the controller', value: 5 })
    poll(3, good(5))
    expect(made.body(0)).toContain('"value":5')
    lose()
    expect(made.body(0)).toBeUndefined()
    expect(made.snapshot(0)).toMatchObject({ quality: 'stale', error: 'Main PLC: no answer' })
  })

  it('publishes a tag once when it comes back, since its last change may not have gone out', () => {
    const { poll, lose } = table(tag('Set'))
    const same = good(5)
    expect(poll(1, same)).toEqual([0])
    expect(poll(2, bad)).toEqual([])
    expect(poll(3, same)).toEqual([0])
    lose()
    expect(poll(4, same)).toEqual([0])
    expect(poll(5, same)).toEqual([])
  })

  it('keeps but does not publish what differs only in ignored members', () => {
    const { poll, table: made } = table(tag('Udt', { ignore_changes: ['Heartbeat'] }))
    expect(poll(1, good({ Heartbeat: 1, X: 1 }))).toEqual([0])
    expect(poll(2, good({ Heartbeat: 2, X: 1 }))).toEqual([])
    expect(made.snapshot(0).value).toEqual({ Heartbeat: 2, X: 1 })
    expect(poll(3, good({ Heartbeat: 3, X: 2 }))).toEqual([0])
  })

  it('publishes a tag whose type changed though its value prints alike', () => {
    const { poll, table: made } = table(tag('A'))
    poll(1, good(1))
    expect(poll(2, good(1, { kind: 'atomic', name: 'INT' }))).toEqual([0])
    expect(made.body(0)).toContain('"type":"INT"')
  })

  it('knows when a tag was read last though it did not change', () => {
    const { poll, table: made } = table(tag('A'))
    const same = good(1)
    poll(1_000, same)
    poll(2_000, same)
    expect(made.snapshot(0)).toMatchObject({ at: 2_000, changedAt: 1_000, quality: 'good' })
  })

  it('does not poll what is not enabled', () => {
    const { table: made } = table(tag('A', { enabled: false }), tag('B'))
    expect(made.polledRows('Main PLC').map((row) => row.tag.name)).toEqual(['B'])
    expect(made.snapshot(0).quality).toBe('waiting')
  })

  it('keeps index, value and type of a tag that stays, and tells which messages are others', () => {
    const { table: made, poll } = table(tag('A'), tag('B'), tag('C'))
    poll(1, good(1), good(2), good(3))
    const changed = made.put(plcOf('Main PLC', tag('C', { alias: 'Sea' }), tag('D'), tag('B')))
    expect(changed).toEqual([2])
    expect(made.find('Main PLC', 'C')?.index).toBe(2)
    expect(made.body(2)).toContain('"tag":"Sea","value":3')
    expect(made.body(1)).toContain('"tag":"B","value":2')
    expect(made.rowsOf('Main PLC').map((row) => row.tag.name)).toEqual(['C', 'D', 'B'])
  })

  it('gives the index of a tag that is gone to another one, without its value', () => {
    const { table: made, poll } = table(tag('A'), tag('B'))
    poll(1, good(1), good(2))
    made.put(plcOf('Main PLC', tag('B')))
    expect([made.body(0), made.rows[0], made.count]).toEqual([undefined, undefined, 2])
    made.put(plcOf('Other', tag('X'), tag('Y')))
    expect(made.find('Other', 'X')?.index).toBe(0)
    expect(made.body(0)).toBeUndefined()
    expect(made.snapshot(0)).toMatchObject({ quality: 'waiting' })
    expect([made.find('Other', 'Y')?.index, made.count]).toEqual([2, 3])
    made.remove('Main PLC')
    expect(made.find('Main PLC', 'B')).toBeUndefined()
    expect(made.snapshot(1).value).toBeUndefined()
  })

  it('forgets the value of a tag that is switched off', () => {
    const { table: made, poll } = table(tag('A'))
    poll(1, good(1))
    made.put(plcOf('Main PLC', tag('A', { enabled: false })))
    expect([made.body(0), made.snapshot(0).quality]).toEqual([undefined, 'waiting'])
  })

  it('does not write a poll of before into rows that are gone', () => {
    const { table: made, lose } = table(tag('A'), tag('B'))
    made.remove('Main PLC')
    expect(lose).not.toThrow()
  })
})
