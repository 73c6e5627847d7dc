import { describe, expect, test } from 'vitest'
import { changeText } from '#main/config/change-text'
import type { PlcConfigView } from '#shared/site'
import { emptyPlc, freeName, plcEdits, plcForm, plcProblems } from './form.ts'

const plc: PlcConfigView = {
  name: 'Main PLC',
  driver: 'logix',
  address: '192.168.1.100',
  slot: 2,
  enabled: true,
  poll_rate: 500,
  timeout: 3_000,
  health_check_enabled: true,
  pin: [],
  tagCount: 5,
  writableCount: 1,
}

describe('the form of a PLC', () => {
  test('comes to no edit where nothing was changed, and to the changed keys else', () => {
    const form = plcForm(plc, 1_000)
    expect(plcEdits(form, form)).toEqual([])
    expect(plcEdits({ ...form, pollRate: '', slot: '3' }, form)).toEqual([
      { kind: 'set-plc', plc: 'Main PLC', keys: { slot: 3, poll_rate: null } },
    ])
    expect(plcEdits({ ...form, name: 'Line 1', path: '1,0' }, form)).toEqual([
      { kind: 'rename-plc', plc: 'Main PLC', to: 'Line 1' },
      { kind: 'set-plc', plc: 'Line 1', keys: { slot: null, connection_path: '1,0' } },
    ])
  })

  test('of a new one has what differs from the defaults', () => {
    expect(plcEdits({ ...emptyPlc, name: 'M', address: '10.0.0.5', driver: 'micro800', slot: '1' }, undefined)).toEqual(
      [{ kind: 'add-plc', plc: { name: 'M', driver: 'micro800', address: '10.0.0.5' } }],
    )
  })

  test.each(['driver: logix', 'driver: micro800', 'family: logix', 'family: micro800', 'slot: 0'])(
    'means in the saved file what it showed, where it says %s',
    (spelling) => {
      const text = `namespace: n\nplcs:\n  - name: Main PLC\n    address: h\n    ${spelling}\n`
      const before = {
        ...plcForm(plc, 500),
        slot: '',
        driver: spelling.includes('micro') ? 'micro800' : 'logix',
      } as const
      for (const driver of ['logix', 'micro800'] as const) {
        const edits = plcEdits({ ...before, driver }, before)
        const made = edits.length === 0 ? undefined : changeText(text, 'c.yaml', edits)
        if (made) expect(made, driver).toMatchObject({ parsed: { ok: true, config: { plcs: [{ driver }] } } })
        else expect(driver).toBe(before.driver)
      }
    },
  )

  test('tells mistakes while typing', () => {
    const form = {
      ...emptyPlc,
      name: 'main plc',
      address: '192.168.1',
      slot: '256',
      path: 'x',
      pollRate: '100ms',
      timeout: '5',
    }
    expect(Object.keys(plcProblems(form, ['Main PLC'])).sort()).toEqual([
      'address',
      'name',
      'path',
      'pollRate',
      'slot',
      'timeout',
    ])
    expect(plcProblems({ ...emptyPlc, name: 'a/b', address: 'plc-1:44819' }, [])).toMatchObject({
      name: expect.stringContaining('"/"'),
    })
    expect(
      plcProblems({ ...emptyPlc, name: 'Good', address: 'plc-1:44819', path: '1,2,2,192.168.1.10,1,0' }, []),
    ).toEqual({})
  })
})

test('a found device gets a name that is free and allowed', () => {
  expect(freeName('1756-L83E/B', [])).toBe('1756-L83E B')
  expect(freeName('PLC', ['plc', 'PLC 2'])).toBe('PLC 3')
  expect(freeName('/', [])).toBe('PLC')
})
