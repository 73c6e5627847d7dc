/**
 * The demo process: a tank, two pumps that fill it, a valve that empties it into a filling machine, and a fault now and
 * then. `step` goes from one state to the next; same state, same commands, same time: same result.
 */

export const batchSteps = ['Filling', 'Heating', 'Mixing', 'Discharging'] as const

/** What operators and setpoints demand. */
export interface Commands {
  /** Level to fill to, % */
  readonly levelSetpoint: number
  /** Pump speeds, % */
  readonly pumpSpeeds: readonly [number, number]
  /** Pumps start and stop by level; false: by `pumpStarts`. */
  readonly auto: boolean
  readonly pumpStarts: readonly [boolean, boolean]
  /** The valve obeys `valveOpen` instead of the batch. */
  readonly valveManual: boolean
  readonly valveOpen: boolean
  readonly clearFault: boolean
  /** Bounds of the level alarms, % */
  readonly highLimit: number
  readonly lowLimit: number
  /** °C, and how long the steps Heating and Mixing last, ms */
  readonly temperatureSetpoint: number
  readonly heatMs: number
  readonly mixMs: number
}

export interface TankState {
  readonly timeMs: number
  /** % of 1,000 l */
  readonly level: number
  /** l/s */
  readonly inflow: number
  readonly outflow: number
  /** °C */
  readonly temperature: number
  /** % */
  readonly pumpSpeeds: readonly [number, number]
  readonly pumpsRunning: readonly [boolean, boolean]
  readonly pumpStarts: readonly [number, number]
  /** % open */
  readonly valve: number
  /** Index into `batchSteps`. */
  readonly step: number
  readonly stepMs: number
  readonly batches: number
  readonly bottles: number
  /** 0: none */
  readonly faultCode: number
  /** ms until the next fault; while there is one, until it goes by itself. */
  readonly faultInMs: number
  readonly clearSeen: boolean
  /** State of the lot. */
  readonly lot: number
}

export const initialTank = (seed = 1): TankState => ({
  timeMs: 0,
  level: 42,
  inflow: 0,
  outflow: 0,
  temperature: 21,
  pumpSpeeds: [0, 0],
  pumpsRunning: [false, false],
  pumpStarts: [0, 0],
  valve: 0,
  step: 0,
  stepMs: 0,
  batches: 0,
  bottles: 0,
  faultCode: 0,
  faultInMs: 40_000,
  clearSeen: false,
  lot: seed >>> 0,
})

/** l at 100 % */
export const capacity = 1_000
/** l/s of one pump at full speed, of the open valve at a full tank */
const pumpFlow = 20
const valveFlow = 45
const litresPerBottle = 0.75
/** A fault that nobody clears is gone after this long: the demo must go on. */
const faultLastsMs = 60_000
/** % below the setpoint at which the first and the second pump start. */
const startBelow = [1, 8] as const

/** The state `dtMs` later. */
export function step(state: TankState, commands: Commands, dtMs: number): TankState {
  const s = dtMs / 1000
  const fault = stepFault(state, commands, dtMs)
  const running = pumpsRunning(state, commands, fault.faultCode !== 0)
  const pumpSpeeds = pair((i) =>
    approach(state.pumpSpeeds[i], running[i] ? clamp(commands.pumpSpeeds[i], 0, 100) : 0, 40 * s),
  )
  const discharging = batchSteps[state.step] === 'Discharging' && fault.faultCode === 0
  const valveOpen = commands.valveManual ? commands.valveOpen : discharging
  const valve = approach(state.valve, valveOpen ? 100 : 0, 50 * s)
  const inflow = ((pumpSpeeds[0] + pumpSpeeds[1]) / 100) * pumpFlow
  const outflow = (valve / 100) * valveFlow * Math.sqrt(state.level / 100)
  const level = clamp(state.level + ((inflow - outflow) * s * 100) / capacity, 0, 100)
  const heating = batchSteps[state.step] === 'Heating' && fault.faultCode === 0
  const temperature = approach(state.temperature, heating ? commands.temperatureSetpoint : 21, (heating ? 3 : 0.3) * s)
  const batch = fault.faultCode === 0 ? stepBatch(state, commands, level, dtMs) : {}
  return {
    ...state,
    ...fault,
    timeMs: state.timeMs + dtMs,
    level,
    inflow,
    outflow,
    temperature,
    pumpSpeeds,
    pumpsRunning: running,
    pumpStarts: pair((i) => state.pumpStarts[i] + (running[i] && !state.pumpsRunning[i] ? 1 : 0)),
    valve,
    bottles: state.bottles + (discharging ? (outflow * s) / litresPerBottle : 0),
    ...batch,
  }
}

function stepFault(
  state: TankState,
  commands: Commands,
  dtMs: number,
): Pick<TankState, 'faultCode' | 'faultInMs' | 'clearSeen' | 'lot'> {
  const { clearFault } = commands
  const cleared = clearFault && !state.clearSeen
  const faultInMs = state.faultInMs - dtMs
  const same = { faultCode: state.faultCode, faultInMs, clearSeen: clearFault, lot: state.lot }
  const ends = state.faultCode !== 0 && (cleared || faultInMs <= 0)
  const begins = state.faultCode === 0 && faultInMs <= 0
  if (!ends && !begins) return same
  const lot = (Math.imul(state.lot, 1664525) + 1013904223) >>> 0
  if (ends) return { ...same, faultCode: 0, faultInMs: 45_000 + (lot % 60_000), lot }
  return { ...same, faultCode: 101 + ((lot >>> 8) % 5), faultInMs: faultLastsMs, lot }
}

function pumpsRunning(state: TankState, commands: Commands, faulted: boolean): readonly [boolean, boolean] {
  return pair((i) => {
    if (faulted || state.level >= 99.5) return false
    if (!commands.auto) return commands.pumpStarts[i]
    if (batchSteps[state.step] === 'Discharging') return false
    const below = commands.levelSetpoint - state.level
    // Once running, a pump goes on until the setpoint is reached.
    return below > (state.pumpsRunning[i] ? 0 : startBelow[i])
  })
}

function stepBatch(state: TankState, commands: Commands, level: number, dtMs: number): Partial<TankState> {
  const stepMs = state.stepMs + dtMs
  const done = [
    level >= commands.levelSetpoint - startBelow[0],
    stepMs >= commands.heatMs,
    stepMs >= commands.mixMs,
    level <= Math.max(5, commands.levelSetpoint - 35) || stepMs >= 60_000,
  ][state.step]
  if (!done) return { stepMs }
  const next = (state.step + 1) % batchSteps.length
  return { step: next, stepMs: 0, batches: state.batches + (next === 0 ? 1 : 0) }
}

function pair<T>(of: (i: 0 | 1) => T): readonly [T, T] {
  return [of(0), of(1)]
}

function approach(from: number, to: number, by: number): number {
  if (Number.isNaN(to)) return from
  return from < to ? Math.min(to, from + by) : Math.max(to, from - by)
}

function clamp(n: number, min: number, max: number): number {
  return Number.isFinite(n) ? Math.min(max, Math.max(min, n)) : min
}
