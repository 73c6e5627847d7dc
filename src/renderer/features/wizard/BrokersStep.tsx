import { Plus, Trash2 } from 'lucide-react'
import { api } from '#renderer/api/index'
import { draftOf, EntryFields, type EntryForm, emptyForm, testSubject } from '#renderer/features/brokers/index'
import { serviceTitles } from '#renderer/site/chips'
import { TestSteps } from '#renderer/site/TestSteps.tsx'
import { useTest } from '#renderer/site/use-test'
import { Button } from '#renderer/ui/Button.tsx'
import { services } from '#shared/broker'
import { type Plan, type PlannedEntry, planEntryProblems } from './plan.ts'

interface StepProps {
  readonly plan: Plan
  readonly onChange: (patch: Partial<Plan>) => void
  readonly showAll: boolean
}

/** The brokers values go to and requests come from, each with its test. */
export function BrokersStep(props: StepProps) {
  const { plan, onChange } = props
  const add = (form: EntryForm) => onChange({ entries: [...plan.entries, { ...form, key: nextKey(plan) }] })
  return (
    <>
      <h2>Brokers</h2>
      <p>Where values are published and write requests are taken from. One is enough; all three work side by side.</p>
      {plan.entries.map((entry, i) => (
        <EntryPart key={entry.key} {...props} index={i} entry={entry} />
      ))}
      <div className="wizard-actions">
        {services.map((service) => (
          <Button
            key={service}
            icon={Plus}
            onClick={() => add({ ...emptyForm(service), name: 'Central', writeback: true })}
          >
            Add {serviceTitles[service]}
          </Button>
        ))}
      </div>
    </>
  )
}

function nextKey({ entries }: Plan): number {
  return 1 + Math.max(0, ...entries.map(({ key }) => key))
}

function EntryPart(props: StepProps & { readonly index: number; readonly entry: PlannedEntry }) {
  const { plan, onChange, showAll, index, entry } = props
  const test = useTest(testSubject(entry))
  const problems = planEntryProblems(plan, index)
  const typed = Object.fromEntries(Object.entries(problems).filter(([field]) => entry[field as keyof EntryForm] !== ''))
  const set = (next: EntryForm) =>
    onChange({ entries: plan.entries.map((one, i) => (i === index ? { ...next, key: one.key } : one)) })
  const startTest = () =>
    test.start((listener) =>
      api.subscribeOnce(
        'brokers.test',
        {
          service: entry.service,
          draft: draftOf(entry),
          ...(entry.password === '' ? {} : { password: entry.password }),
        },
        listener,
      ),
    )
  return (
    <section className="wizard-part" aria-label={`${serviceTitles[entry.service]} entry`}>
      <div className="bar">
        <h2>{serviceTitles[entry.service]}</h2>
        <span className="grow" />
        <Button
          small
          kind="plain"
          icon={Trash2}
          onClick={() => onChange({ entries: plan.entries.filter((_, i) => i !== index) })}
        >
          Take it out
        </Button>
      </div>
      <EntryFields
        form={entry}
        onForm={set}
        problems={showAll ? problems : typed}
        namespace={plan.namespace}
        plcNames={plan.plc ? [plan.plc.name] : []}
      />
      <TestSteps
        test={test}
        onStart={startTest}
        blocked={problems.address ? `Address ${problems.address}` : undefined}
        note="leaves nothing on the broker"
      />
    </section>
  )
}
