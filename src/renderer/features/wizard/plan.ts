/** What the wizard has gathered, what is still wrong, and the edits that make a configuration of it. Pure. */
import { type EntryForm, editsOf as entryEdits, entryProblems } from '#renderer/features/brokers/index'
import { type PlcForm, pinOf, plcEdits, plcProblems } from '#renderer/features/plcs/index'
import type { Service } from '#shared/broker'
import type { ConfigEdit } from '#shared/contract/edits'
import { base, kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { namespaceProblem } from '#shared/names/rules'
import type { PlcIdentity } from '#shared/plc'
import type { WriteMode } from '#shared/write'

export const steps = ['namespace', 'plc', 'brokers', 'check'] as const
export type Step = (typeof steps)[number]

/** `key` tells it from the others while all of it is still being typed. */
export type PlannedEntry = EntryForm & { readonly key: number }

export interface Plan {
  readonly namespace: string
  readonly site: string
  readonly writeMode: WriteMode
  /** Absent: left for later. */
  readonly plc?: PlcForm | undefined
  /** What Test has found; pinned where `pin`. */
  readonly identity?: PlcIdentity | undefined
  readonly pin: boolean
  readonly entries: readonly PlannedEntry[]
}

export const emptyPlan: Plan = { namespace: '', site: '', writeMode: 'read-only', pin: false, entries: [] }

export function planEdits(plan: Plan): ConfigEdit[] {
  const { namespace, site, writeMode, plc, identity, pin, entries } = plan
  const keys = { namespace, write_mode: writeMode, ...(site.trim() === '' ? {} : { site: site.trim() }) }
  const pinned =
    plc && pin && identity ? [{ kind: 'set-pin', plc: plc.name.trim(), pin: pinOf(identity) } as const] : []
  return [
    { kind: 'set', keys },
    ...(plc ? plcEdits(plc, undefined) : []),
    ...pinned,
    ...entries.flatMap((entry) => entryEdits(entry, undefined)),
  ]
}

/** Why one can't go on from a step; '' where one can. */
export function stepProblem(step: Step, plan: Plan): string {
  switch (step) {
    case 'namespace':
      return namespaceProblem(plan.namespace) ? 'Give the site a namespace first.' : ''
    case 'plc':
      return plan.plc && Object.keys(plcProblems(plan.plc, [])).length > 0
        ? 'Mend what is marked, or leave the PLC for later.'
        : ''
    case 'brokers':
      return plan.entries.some((_, i) => Object.keys(planEntryProblems(plan, i)).length > 0)
        ? 'Mend what is marked, or take the broker out.'
        : ''
    case 'check':
      return steps.map((one) => (one === 'check' ? '' : stepProblem(one, plan))).find((text) => text !== '') ?? ''
  }
}

export function planEntryProblems(plan: Plan, index: number) {
  const entry = plan.entries[index]
  if (!entry) return {}
  const otherNames = plan.entries
    .filter((one, i) => i !== index && one.service === entry.service)
    .map(({ name }) => name)
  return entryProblems(entry, { namespace: plan.namespace, plcNames: plan.plc ? [plan.plc.name] : [], otherNames })
}

export interface PlannedName {
  readonly service: Service
  readonly what: 'Tag value' | 'Write request'
  readonly name: string
}

/** What will be named after the site, on each broker, for a PLC and a tag. */
export function plannedNames(namespace: string, plc: string, tag: string): readonly PlannedName[] {
  const [mqtt, valkey, kafka] = [base('mqtt', namespace), base('valkey', namespace), base('kafka', namespace)]
  return [
    { service: 'mqtt', what: 'Tag value', name: mqttNames.tag(mqtt, plc, tag) },
    { service: 'mqtt', what: 'Write request', name: mqttNames.write(mqtt, plc) },
    { service: 'valkey', what: 'Tag value', name: valkeyNames.tag(valkey, plc, tag) },
    { service: 'valkey', what: 'Write request', name: valkeyNames.writes(valkey) },
    { service: 'kafka', what: 'Tag value', name: kafkaNames.tags(kafka) },
    { service: 'kafka', what: 'Write request', name: kafkaNames.writes(kafka) },
  ]
}
