/** The demo program: the tags of a small filling line, and the process behind them. Setpoints and commands act on it. */
import type { TagValue } from '#shared/value'
import { machineStatus } from './guide-program.ts'
import { type SimProgram, type SimTag, type TagAccess, tag } from './program.ts'
import { batchSteps, type Commands, capacity, initialTank, step, type TankState } from './tank-model.ts'
import { stringType, udt } from './types.ts'

export interface TankLineOptions {
  /** Two lines with different seeds have their faults at different times. */
  readonly seed?: number
  /** `Machine_Status.Clear_Fault` goes back to false a little after it was seen; absent: true. */
  readonly resetClearFault?: boolean
}

const stepType = udt('RecipeStep', { Name: stringType('Text20', 20), Amount: 'REAL', Duration: 'DINT', Stir: 'BOOL' })
const recipeType = udt('Recipe', {
  Number: 'INT',
  Name: 'STRING',
  Amounts: 'REAL[4]',
  Temperature: 'REAL',
  HeatTime: 'DINT',
  MixTime: 'DINT',
  Stirring: 'BOOL',
  Approved: 'BOOL',
  Steps: [stepType, 3],
})
const tankType = udt('Tank', {
  Level: 'REAL',
  LevelSetpoint: 'REAL',
  Volume: 'REAL',
  Inflow: 'REAL',
  Outflow: 'REAL',
  Temperature: 'REAL',
  HighLimit: 'REAL',
  LowLimit: 'REAL',
  Auto: 'BOOL',
  HighAlarm: 'BOOL',
  LowAlarm: 'BOOL',
})
const pumpType = udt('Pump', {
  Start: 'BOOL',
  Running: 'BOOL',
  Faulted: 'BOOL',
  SpeedSetpoint: 'REAL',
  Speed: 'REAL',
  Current: 'REAL',
  Starts: 'DINT',
  RunHours: 'LREAL',
})
const valveType = udt('Valve', { Manual: 'BOOL', Command: 'BOOL', IsOpen: 'BOOL', Position: 'REAL' })
const lineType = udt('Line', { Status: 'STRING', State: 'INT', BatchNumber: 'LINT', Produced: 'DINT', Rate: 'REAL' })
const inputType = udt('AB:Embedded_DI:I:0', { Fault: 'DINT', Data: 'DINT' })

/** Minutes of level kept in `LevelHistory`, one value a second. */
const historyLength = 60
/** How long a written `Clear_Fault` stays to be seen before it goes back, ms. */
const clearShownMs = 1_500

function recipe(number: number, name: string, amounts: readonly number[], temperature: number): TagValue {
  const steps = batchSteps
    .slice(0, 3)
    .map((text, i) => ({ Name: text, Amount: amounts[i] ?? 0, Duration: 5_000 + i * 1_000, Stir: i === 2 }))
  return {
    Number: number,
    Name: name,
    Amounts: amounts,
    Temperature: temperature,
    HeatTime: 8_000,
    MixTime: 6_000,
    Stirring: true,
    Approved: true,
    Steps: steps,
  }
}

const lemon = recipe(1, 'Lemon', [120, 30.5, 8.25, 0], 62)
const recipes = [lemon, recipe(2, 'Orange', [110, 42, 6.5, 1.5], 58), recipe(3, 'Mineral water', [200, 0, 0.4, 0], 25)]

function tags(): SimTag[] {
  const auto = { Level: 42, LevelSetpoint: 70, HighLimit: 85, LowLimit: 15, Auto: true }
  return [
    tag('Tank', tankType, [], { value: auto }),
    tag('Pumps', pumpType, [2], { value: [{ SpeedSetpoint: 80 }, { SpeedSetpoint: 60 }] }),
    tag('Valve', valveType),
    tag('Recipe', recipeType, [], { value: lemon }),
    tag('Recipes', recipeType, [3], { value: recipes }),
    tag('Line', lineType, [], { value: { BatchNumber: 9_007_199_254_740_993n, Status: 'Starting' } }),
    tag('Machine_Status', machineStatus),
    tag('Alarms', 'BOOL', [64]),
    tag('LevelHistory', 'REAL', [historyLength]),
    tag('StepTimer', 'TIMER'),
    tag('BatchCounter', 'COUNTER', [], { value: { PRE: 500 } }),
    tag('Counter', 'DINT'),
    tag('Ramp', 'INT'),
    tag('Sine', 'REAL'),
    tag('Toggle', 'BOOL'),
    tag('UptimeUs', 'LINT'),
    tag('EnergyKWh', 'LREAL', [], { value: 18_204.125 }),
    tag('Site', 'STRING', [], { value: 'Filling line 1', access: 'read-only' }),
    tag('Local:1:I', inputType, [], { access: 'read-only' }),
    tag('Program:Main.Step', 'DINT'),
    tag('Program:Main.StepName', 'STRING'),
    tag('Program:Main.ScanCount', 'UDINT'),
    tag('Program:Main.Positions', 'INT', [4, 3], {
      value: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
        [10, 11, 12],
      ],
    }),
    tag('Program:Packaging.Bottles', 'DINT'),
    tag('Program:Packaging.BottleTarget', 'DINT', [], { value: 10_000 }),
    tag(
      'Program:Packaging.Conveyor',
      udt('Conveyor', { Running: 'BOOL', Jam: 'BOOL', Speed: 'REAL', SpeedSetpoint: 'REAL' }),
      [],
      {
        value: { SpeedSetpoint: 1.2 },
      },
    ),
    tag('Program:Packaging.Rejects', 'DINT'),
  ]
}

/** The demo program. Steps every 100 ms. */
export function tankLineProgram(options: TankLineOptions = {}): SimProgram {
  return {
    name: 'TankLine',
    tags: tags(),
    process: {
      periodMs: 100,
      start: (access) => {
        let state = initialTank(options.seed)
        let clearMs = 0
        return (dtMs) => {
          const commands = commandsIn(access)
          const before = state
          state = step(state, commands, dtMs)
          showTank(access, state, commands)
          showLine(access, state, before, dtMs)
          showSignals(access, state, before, dtMs)
          clearMs = commands.clearFault ? clearMs + dtMs : 0
          if (options.resetClearFault !== false && clearMs >= clearShownMs)
            access.set('Machine_Status.Clear_Fault', false)
        }
      },
    },
  }
}

function commandsIn({ get }: TagAccess): Commands {
  const number = (address: string) => Number(get(address))
  const flag = (address: string) => get(address) === true
  return {
    levelSetpoint: number('Tank.LevelSetpoint'),
    pumpSpeeds: [number('Pumps[0].SpeedSetpoint'), number('Pumps[1].SpeedSetpoint')],
    auto: flag('Tank.Auto'),
    pumpStarts: [flag('Pumps[0].Start'), flag('Pumps[1].Start')],
    valveManual: flag('Valve.Manual'),
    valveOpen: flag('Valve.Command'),
    clearFault: flag('Machine_Status.Clear_Fault'),
    highLimit: number('Tank.HighLimit'),
    lowLimit: number('Tank.LowLimit'),
    temperatureSetpoint: number('Recipe.Temperature'),
    heatMs: number('Recipe.HeatTime'),
    mixMs: number('Recipe.MixTime'),
  }
}

function showTank({ get, set }: TagAccess, state: TankState, commands: Commands): void {
  const high = state.level > commands.highLimit
  const low = state.level < commands.lowLimit
  set('Tank', {
    Level: rounded(state.level, 2),
    Volume: rounded((state.level / 100) * capacity, 1),
    Inflow: rounded(state.inflow, 2),
    Outflow: rounded(state.outflow, 2),
    Temperature: rounded(state.temperature, 1),
    HighAlarm: high,
    LowAlarm: low,
  })
  for (const i of [0, 1] as const) {
    const speed = state.pumpSpeeds[i]
    set(`Pumps[${i}]`, {
      Running: state.pumpsRunning[i],
      Faulted: state.faultCode === 101 + i,
      Speed: rounded(speed, 1),
      Current: rounded(speed === 0 ? 0 : 2 + speed * 0.14, 2),
      Starts: state.pumpStarts[i],
      RunHours: Number(get(`Pumps[${i}].RunHours`)) + (speed > 0 ? 0.1 / 3600 : 0),
    })
  }
  set('Valve.Position', rounded(state.valve, 0))
  set('Valve.IsOpen', state.valve > 95)
  set('Alarms[0]', high)
  set('Alarms[1]', low)
  set('Alarms[2]', state.faultCode !== 0)
  for (let code = 101; code <= 105; code++) set(`Alarms[${32 + code - 101}]`, state.faultCode === code)
}

function showLine({ get, set }: TagAccess, state: TankState, before: TankState, dtMs: number): void {
  const faulted = state.faultCode !== 0
  const stepName = batchSteps[state.step] ?? ''
  set('Machine_Status', {
    Running: !faulted,
    Faulted: faulted,
    Fault_Code: state.faultCode,
    Cycle_Count: state.batches,
    Speed: rounded((state.pumpSpeeds[0] + state.pumpSpeeds[1]) / 2, 1),
  })
  if (state.batches > before.batches) {
    set('Line.BatchNumber', BigInt.asIntN(64, BigInt(get('Line.BatchNumber') as bigint) + 1n))
    set('BatchCounter.ACC', state.batches)
    set('BatchCounter.DN', state.batches >= Number(get('BatchCounter.PRE')))
  }
  set('BatchCounter.CU', batchSteps[state.step] === 'Filling')
  set('Line.Status', faulted ? `Fault ${state.faultCode}` : stepName)
  set('Line.State', faulted ? -1 : state.step)
  set('Line.Produced', Math.floor(state.bottles))
  set('Line.Rate', rounded(dtMs > 0 ? ((state.bottles - before.bottles) * 60_000) / dtMs : 0, 1))
  set('StepTimer', {
    PRE: Number(get('Recipe.HeatTime')),
    ACC: Math.round(state.stepMs),
    EN: !faulted,
    TT: !faulted,
    DN: false,
  })
  set('Program:Main.Step', state.step * 10)
  set('Program:Main.StepName', stepName)
  set('Program:Packaging.Bottles', Math.floor(state.bottles))
  set('Program:Packaging.Rejects', Math.floor(state.bottles / 97))
  set('Program:Packaging.Conveyor', {
    Running: state.valve > 5,
    Jam: state.faultCode === 105,
    Speed: state.valve > 5 ? Number(get('Program:Packaging.Conveyor.SpeedSetpoint')) : 0,
  })
}

function showSignals({ get, set }: TagAccess, state: TankState, before: TankState, dtMs: number): void {
  const tick = Math.floor(state.timeMs / 100)
  set('Counter', tick | 0)
  set('Ramp', tick % 1_000)
  set('Sine', rounded(100 * Math.sin((2 * Math.PI * state.timeMs) / 20_000), 3))
  set('Toggle', Math.floor(state.timeMs / 1_000) % 2 === 1)
  set('UptimeUs', BigInt(Math.round(state.timeMs)) * 1_000n)
  set(
    'EnergyKWh',
    Number(get('EnergyKWh')) + ((state.pumpSpeeds[0] + state.pumpSpeeds[1]) / 100) * 5.5 * (dtMs / 3_600_000),
  )
  set('Program:Main.ScanCount', (tick * 10) >>> 0)
  const second = Math.floor(state.timeMs / 1_000)
  if (second !== Math.floor(before.timeMs / 1_000))
    set(`LevelHistory[${second % historyLength}]`, rounded(state.level, 2))
  set('Local:1:I.Data', state.step | (state.valve > 95 ? 0x100 : 0) | (state.faultCode !== 0 ? 0x200 : 0))
}

function rounded(n: number, digits: number): number {
  const factor = 10 ** digits
  return Math.round(n * factor) / factor
}
