import { Plus, Radar, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { api } from '#renderer/api/index'
import {
  Discover,
  emptyPlc,
  foundPlc,
  PlcFields,
  type PlcForm,
  plcDraftOf,
  plcProblems,
  plcWay,
} from '#renderer/features/plcs/index'
import { TestSteps } from '#renderer/site/TestSteps.tsx'
import { useTest } from '#renderer/site/use-test'
import { Button } from '#renderer/ui/Button.tsx'
import { CheckBox } from '#renderer/ui/Choice.tsx'
import type { PlcTestStep } from '#shared/contract/plcs'
import { serialText } from '#shared/plc'
import type { Plan } from './plan.ts'

/** The first PLC: typed or found, tested, and pinned to the controller that answers. */
export function PlcStep(props: {
  readonly plan: Plan
  readonly onChange: (patch: Partial<Plan>) => void
  readonly showAll: boolean
}) {
  const { plan, onChange, showAll } = props
  const [searching, setSearching] = useState(false)
  const { plc, identity, pin } = plan
  const test = useTest<Extract<PlcTestStep, { kind: 'identity' }>>(plc ? plcWay(plc) : '')
  const problems = plc ? plcProblems(plc, []) : {}
  const untested = { identity: undefined, pin: false }
  const set = (next: PlcForm | undefined) => {
    const sameWay = plc && next && plcWay(plc) === plcWay(next)
    onChange({ plc: next, ...(sameWay ? {} : untested) })
  }
  const { found } = test
  // In the plan it stays when another step is looked at.
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, when it was found
  useEffect(() => {
    if (found) onChange({ identity: found.identity })
  }, [found])

  function startTest(form: PlcForm) {
    onChange(untested)
    test.start((listener) => api.subscribeOnce('plcs.test', { draft: plcDraftOf(form) }, listener))
  }

  return (
    <>
      <h2>The first PLC</h2>
      <p>Its name becomes a part of every topic. Test reads who answers at the address; nothing is written.</p>
      <div className="wizard-actions">
        {!plc && (
          <Button icon={Plus} onClick={() => set({ ...emptyPlc, name: 'Main PLC' })}>
            Enter its address
          </Button>
        )}
        <Button icon={Radar} onClick={() => setSearching(true)}>
          Find on the network
        </Button>
        {plc && (
          <Button kind="plain" icon={Trash2} onClick={() => set(undefined)}>
            Leave it for later
          </Button>
        )}
      </div>
      {plc && (
        <div className="wizard-part">
          <PlcFields
            form={plc}
            onForm={set}
            problems={showAll ? problems : typedProblems(problems, plc)}
            globalPollMs={1_000}
          />
          <TestSteps
            test={test}
            onStart={() => startTest(plc)}
            blocked={problems.address ? `Address ${problems.address}` : undefined}
            note="reads only"
          />
          {identity && (
            <div className="wizard-pin">
              <CheckBox
                checked={pin}
                onChecked={(next) => onChange({ pin: next })}
                blocked={
                  identity.serial === 0 ? 'It has no serial number: it can not be told from another.' : undefined
                }
                help="Compare the serial number with the label on the module. Another controller at this address is read and never written."
              >
                Write only to this controller: {identity.productName}, serial{' '}
                <span className="mono">{identity.serial === 0 ? 'none' : serialText(identity.serial)}</span>
              </CheckBox>
            </div>
          )}
        </div>
      )}
      <Discover
        open={searching}
        known={[]}
        onClose={() => setSearching(false)}
        onChoose={(device) => {
          setSearching(false)
          set(foundPlc(device, []))
        }}
      />
    </>
  )
}

/** Of what has been typed already: an empty field is no mistake yet. */
function typedProblems(problems: ReturnType<typeof plcProblems>, form: PlcForm) {
  return Object.fromEntries(Object.entries(problems).filter(([field]) => form[field as keyof PlcForm] !== ''))
}
