/** The wizard's state. It lives as long as the window, whatever is looked at meanwhile; in memory only: passwords are in it. */
import { createStore } from 'zustand/vanilla'
import type { ChangeOutcome } from '#shared/site'
import { emptyPlan, type Plan, type Step } from './plan.ts'

export interface WizardState {
  readonly plan: Plan
  readonly step: Step
  /** Going on was tried, so all that is wrong is marked. */
  readonly tried: boolean
  readonly busy: boolean
  /** Of the last try to save. */
  readonly outcome?: ChangeOutcome | undefined
}

const nothing: WizardState = { plan: emptyPlan, step: 'namespace', tried: false, busy: false }

export const wizard = createStore<WizardState>(() => nothing)

export function changePlan(patch: Partial<Plan>): void {
  wizard.setState(({ plan }) => ({ plan: { ...plan, ...patch } }))
}

export function moveTo(step: Step): void {
  wizard.setState({ step, tried: false })
}

/** Forgets all of it, once it is saved. */
export function forgetPlan(): void {
  wizard.setState(nothing, true)
}
