/** The checks as a list that always has the same lines: what passed, what refused, and what was not reached. Pure. */
import type { Service } from '#shared/broker'
import { checkNames, type ExplainedStep } from '#shared/write'

export interface CheckLine {
  readonly step: ExplainedStep['step']
  /** On arrival 1 to 11; absent for those before and after. */
  readonly number?: number
  readonly title: string
  readonly state: 'pass' | 'refused' | 'unknown' | 'not-reached' | 'not-asked'
  /** What was found, or why it was refused. */
  readonly text: string
  readonly hint: string
}

const titles: Readonly<Record<ExplainedStep['step'], string>> = {
  entry: 'An entry listens there',
  request: 'Request is readable',
  retained: 'Not a retained message',
  namespace: 'Names this instance',
  'plc-in-topic': 'PLC in topic and payload equal',
  age: 'Young enough',
  'request-id': 'Request id is new',
  plc: 'PLC configured',
  tag: 'Tag configured',
  writable: 'Tag writable',
  value: 'Value fits type and limits',
  queue: 'Room in the PLC queue',
  gate: 'Gate is open',
}

const order = ['entry', ...checkNames, 'gate'] as const
/** Asked of MQTT messages alone. */
const mqttOnly = new Set<ExplainedStep['step']>(['retained', 'plc-in-topic'])

export function checkLines(steps: readonly ExplainedStep[], service: Service): readonly CheckLine[] {
  const byStep = new Map(steps.map((step) => [step.step, step]))
  return order.map((step) => {
    const found = byStep.get(step)
    const number = (checkNames as readonly string[]).indexOf(step) + 1
    const asked = service === 'mqtt' || !mqttOnly.has(step)
    return {
      step,
      ...(number > 0 ? { number } : {}),
      title: titles[step],
      state: !asked && found?.verdict !== 'refused' ? 'not-asked' : (found?.verdict ?? 'not-reached'),
      text: asked ? (found?.text ?? '') : 'MQTT only',
      hint: found?.hint ?? '',
    }
  })
}

export function firstRefusal(steps: readonly ExplainedStep[]): ExplainedStep | undefined {
  return steps.find(({ verdict }) => verdict === 'refused')
}
