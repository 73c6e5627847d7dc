import { useStore } from 'zustand'
import { api } from '#renderer/api/index'
import { outcomeText } from '#renderer/site/change'
import { preferences, setPreferences } from '#renderer/site/preferences'
import { Button } from '#renderer/ui/Button.tsx'
import type { ChangeOutcome } from '#shared/site'
import { BrokersStep } from './BrokersStep.tsx'
import { CheckStep } from './CheckStep.tsx'
import { NamespaceStep } from './NamespaceStep.tsx'
import { OtherWays } from './OtherWays.tsx'
import { PlcStep } from './PlcStep.tsx'
import { type Plan, planEdits, type Step, stepProblem, steps } from './plan.ts'
import { changePlan as change, forgetPlan, moveTo as move, wizard } from './wizard.ts'
import './wizard.css'

const titles: Readonly<Record<Step, readonly [string, string]>> = {
  namespace: ['Namespace', 'first part of every name'],
  plc: ['PLC', 'address, identity, pin'],
  brokers: ['Brokers', 'MQTT, Valkey, Kafka'],
  check: ['Check', 'what will be done'],
}
const nexts: Readonly<Record<Step, string>> = {
  namespace: 'Continue to PLC',
  plc: 'Continue to brokers',
  brokers: 'Continue to check',
  check: 'Save and start',
}
const remarks: Readonly<Record<Step, string>> = {
  namespace: 'Can be changed later in Settings, with a list of every name before and after',
  plc: 'Can be left for later: more PLCs are added on the screen PLCs',
  brokers: 'Can be left for later: more entries are added on the screen Brokers',
  check: 'Nothing has been published yet',
}

/** First start: name the site, add a PLC and brokers with their tests, save. Nothing is published before the end. */
export function FirstStart() {
  const { plan, step, tried, busy, outcome } = useStore(wizard)
  const at = steps.indexOf(step)
  const problem = stepProblem(step, plan)

  async function goOn() {
    wizard.setState({ tried: true })
    if (problem || busy) return
    const next = steps[at + 1]
    if (next) return move(next)
    wizard.setState({ busy: true })
    const result = await create(plan)
    if (result.kind === 'saved') forgetPlan()
    else wizard.setState({ busy: false, outcome: result })
  }

  return (
    <div className="screen wizard">
      <header className="head">
        <h1>Set up this site</h1>
        <span className="text">Nothing is published before the end</span>
      </header>
      <div className="wizard-body">
        <ol className="wizard-steps" aria-label="Steps">
          {steps.map((one, i) => (
            <li
              key={one}
              className={one === step ? 'on' : i < at ? 'done' : ''}
              aria-current={one === step ? 'step' : undefined}
            >
              <span className="number">{i + 1}</span>
              <div>
                {i < at ? (
                  <button type="button" className="link" onClick={() => move(one)}>
                    {titles[one][0]}
                  </button>
                ) : (
                  <b>{titles[one][0]}</b>
                )}
                <span className="small">{titles[one][1]}</span>
              </div>
            </li>
          ))}
        </ol>
        <form
          className="wizard-main"
          aria-label={titles[step][0]}
          onSubmit={(event) => {
            event.preventDefault()
            void goOn()
          }}
        >
          <div className="scroll wizard-scroll">
            {step === 'namespace' && <NamespaceStep plan={plan} onChange={change} />}
            {step === 'plc' && <PlcStep plan={plan} onChange={change} showAll={tried} />}
            {step === 'brokers' && <BrokersStep plan={plan} onChange={change} showAll={tried} />}
            {step === 'check' && <CheckStep plan={plan} />}
            {outcome && (
              <p className="callout bad" role="alert">
                Not saved: {outcomeText(outcome)}
              </p>
            )}
          </div>
          <div className="wizard-next">
            <Button kind="primary" submit busy={busy} blocked={tried && problem ? problem : undefined}>
              {nexts[step]}
            </Button>
            {at > 0 && <Button onClick={() => move(steps[at - 1] ?? 'namespace')}>Back</Button>}
            <span className="dim">{tried && problem ? problem : remarks[step]}</span>
          </div>
        </form>
        <OtherWays />
      </div>
    </div>
  )
}

async function create(plan: Plan): Promise<ChangeOutcome> {
  try {
    const outcome = await api.call('config.create', { edits: planEdits(plan) })
    // The colour was chosen for this file, which has its preferences only now.
    if (outcome.kind === 'saved') setPreferences({ siteColour: preferences.getState().siteColour })
    return outcome
  } catch (error) {
    return { kind: 'failed', error: error instanceof Error ? error.message : String(error) }
  }
}
