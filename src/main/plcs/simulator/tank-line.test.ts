import { describe, expect, it } from 'vitest'
import { createController } from './controller.ts'
import { noFaults } from './faults.ts'
import { profiles } from './profiles.ts'
import { programFor } from './simulate.ts'
import { type TankLineOptions, tankLineProgram } from './tank-line.ts'
import { type Commands, initialTank, step, type TankState } from './tank-model.ts'
import { testBed } from './test-simulators.ts'

const bed = testBed()

/** The line without a network and without a clock: `run` lets that many seconds pass. */
function line(options: TankLineOptions = {}) {
  const program = tankLineProgram(options)
  const plc = createController({ program, profile: profiles.logix5580, serial: 1, slot: 0, faults: noFaults(64) })
  const advance = program.process?.start(plc) ?? (() => {})
  const run = (seconds: number) => {
    for (let i = 0; i < seconds * 10; i++) advance(100)
  }
  const runUntil = (done: () => boolean, seconds: number) => {
    for (let i = 0; i < seconds * 10 && !done(); i++) advance(100)
    expect(done()).toBe(true)
  }
  return { plc, run, runUntil, number: (address: string) => Number(plc.get(address)) }
}

const calm: Commands = {
  levelSetpoint: 70,
  pumpSpeeds: [100, 100],
  auto: false,
  pumpStarts: [false, false],
  valveManual: true,
  valveOpen: false,
  clearFault: false,
  highLimit: 85,
  lowLimit: 15,
  temperatureSetpoint: 60,
  heatMs: 5_000,
  mixMs: 5_000,
}

describe('tank model', () => {
  it('the level is the integral of inflow and outflow', () => {
    let state: TankState = { ...initialTank(), level: 50 }
    for (let i = 0; i < 100; i++) {
      const next = step(state, { ...calm, pumpStarts: [true, false] }, 100)
      expect(next.level - state.level).toBeCloseTo(((next.inflow - next.outflow) * 0.1 * 100) / 1_000, 9)
      state = next
    }
    expect(state.inflow).toBe(20)
  })

  it('gives the same again from the same start, and never leaves its bounds', () => {
    const run = () => {
      let state = initialTank(7)
      for (let i = 0; i < 20_000; i++) {
        state = step(
          state,
          { ...calm, auto: true, valveManual: false, levelSetpoint: i % 300, pumpSpeeds: [500, Number.NaN] },
          100,
        )
        if (!(state.level >= 0 && state.level <= 100)) throw new Error(`level ${state.level}`)
      }
      return state
    }
    expect(run()).toEqual(run())
  })
})

describe('tank line', () => {
  it('fills to the setpoint that was written', () => {
    const { plc, runUntil, number } = line()
    plc.set('Tank.LevelSetpoint', 90)
    runUntil(() => number('Tank.Level') >= 88, 120)
    expect(plc.get('Tank.HighAlarm')).toBe(true)
    expect(plc.get('Alarms[0]')).toBe(true)
  })

  it('a slower pump setpoint slows the pump', () => {
    const { plc, run, number } = line()
    plc.set('Pumps[0].SpeedSetpoint', 35)
    run(4)
    expect(number('Pumps[0].Speed')).toBe(35)
  })

  it('makes batches: batch number, counter and bottles grow', () => {
    const { plc, runUntil, number } = line()
    const first = plc.get('Line.BatchNumber') as bigint
    runUntil(() => number('BatchCounter.ACC') >= 2, 900)
    expect(plc.get('Line.BatchNumber')).toBe(first + 2n)
    expect(number('Line.Produced')).toBeGreaterThan(100)
  })

  it('a fault stops the machine until Clear_Fault is written; the bit goes back after it was seen', () => {
    const { plc, run, runUntil } = line()
    runUntil(() => plc.get('Machine_Status.Faulted') === true, 60)
    run(4)
    expect(plc.get('Machine_Status.Running')).toBe(false)
    expect(plc.get('Pumps[0].Speed')).toBe(0)
    plc.set('Machine_Status.Clear_Fault', true)
    run(0.1)
    expect(plc.get('Machine_Status')).toMatchObject({ Faulted: false, Running: true, Fault_Code: 0, Clear_Fault: true })
    run(2)
    expect(plc.get('Machine_Status.Clear_Fault')).toBe(false)
  })

  it('leaves Clear_Fault as written where asked, and then faults go on to occur', () => {
    const { plc, run, runUntil } = line({ resetClearFault: false })
    plc.set('Machine_Status.Clear_Fault', true)
    run(5)
    expect(plc.get('Machine_Status.Clear_Fault')).toBe(true)
    runUntil(() => plc.get('Machine_Status.Faulted') === true, 60)
  })

  it('survives the strangest values in its writable tags', () => {
    const { plc, run, number } = line()
    plc.set('Line.BatchNumber', 2n ** 63n - 1n)
    plc.set('Recipe.Temperature', Number.NaN)
    plc.set('Tank.LevelSetpoint', Number.POSITIVE_INFINITY)
    plc.set('Recipe.HeatTime', -1)
    run(600)
    expect(Number.isFinite(number('Tank.Temperature'))).toBe(true)
  })

  it('runs by itself in a simulator', async () => {
    const simulator = await bed.start({ program: tankLineProgram() })
    await expect.poll(() => Number(simulator.get('Counter')), { timeout: 3_000 }).toBeGreaterThan(2)
  })
})

describe('programs by word', () => {
  it('knows demo, guide, clients and bench, and says what is expected', () => {
    expect(programFor('bench:5000').tags).toHaveLength(5_000)
    expect(programFor('guide').tags.map((one) => one.name)).toContain('Machine_Status')
    expect(programFor('bench-udt:50000').tags).toHaveLength(50_000)
    const clients = programFor('clients').tags.map((one) => one.name)
    expect(clients).toEqual(
      expect.arrayContaining(['read_dint_max', 'Program:pycomm3.write_prog_str480_ary1', 'YugeArray']),
    )
    expect(() => programFor('bench:0')).toThrow('expected demo, guide, clients, bench:COUNT')
  })
})
