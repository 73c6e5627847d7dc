import { Check, CircleDashed, OctagonX } from 'lucide-react'
import { Fragment } from 'react'
import { useStore } from 'zustand'
import { ColourChoice } from '#renderer/site/ColourChoice.tsx'
import { serviceTitles } from '#renderer/site/chips'
import { preferences, setPreferences } from '#renderer/site/preferences'
import { Address } from '#renderer/ui/Address.tsx'
import { Radios } from '#renderer/ui/Choice.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { namespaceProblem, namespaceRules } from '#shared/names/rules'
import { type Plan, plannedNames } from './plan.ts'

const modes = [
  {
    value: 'read-only',
    label: 'Read-only to begin with',
    help: 'Requests are answered with the reason. One switch arms them, for the isolation run at the latest.',
  },
  { value: 'armed', label: 'Armed', help: 'Requests for writable tags are executed at once' },
] as const

/** The one name everything begins with, ticked off while typing, and what it leads to. */
export function NamespaceStep({
  plan,
  onChange,
}: {
  readonly plan: Plan
  readonly onChange: (patch: Partial<Plan>) => void
}) {
  const colour = useStore(preferences, (now) => now.siteColour)
  const { namespace } = plan
  const good = namespaceProblem(namespace) === undefined
  return (
    <>
      <h2>Name this site</h2>
      <p>
        The namespace stands first in every topic, key, group and client id. Two gateways with the same one would take
        each other's writes, so each site has its own.
      </p>
      <div className="form wizard-form">
        <Field label="Namespace">
          <Input
            big
            autoFocus
            value={namespace}
            onValue={(next) => onChange({ namespace: next })}
            bad={namespace !== '' && !good}
            placeholder="factory-a"
          />
          <ul className="wizard-rules" aria-live="polite">
            {namespaceRules(namespace).map(({ rule, problem }) => {
              const tone = namespace === '' ? 'idle' : problem ? 'bad' : 'ok'
              return (
                <li key={rule} className={tone}>
                  <Icon of={{ idle: CircleDashed, bad: OctagonX, ok: Check }[tone]} small />
                  {tone === 'bad' ? problem : rule}
                </li>
              )
            })}
            <li className={namespace === '' ? 'idle' : 'ok'}>{namespace.length} of 64 characters</li>
          </ul>
        </Field>
        <Field label="Site" help="For people and reports">
          <Input value={plan.site} onValue={(site) => onChange({ site })} placeholder="Chicago line 1" />
        </Field>
        <Field label="Colour" help="Marks this site in the status bar, the top line and in every address">
          <ColourChoice value={colour} onValue={(siteColour) => setPreferences({ siteColour })} />
        </Field>
        <Field label="Writes">
          <Radios
            label="Writes"
            options={modes}
            value={plan.writeMode}
            onValue={(writeMode) => onChange({ writeMode })}
          />
        </Field>
      </div>
      {good && (
        <section className="wizard-names" aria-label="What will be named">
          <h3>What will be named</h3>
          <dl>
            {plannedNames(namespace, plan.plc?.name || 'Main PLC', 'Level').map(({ service, what, name }) => (
              <Fragment key={`${service} ${what}`}>
                <dt>
                  <b>{what === 'Tag value' ? serviceTitles[service] : ''}</b>
                  <span>{what}</span>
                </dt>
                <dd>
                  <Address text={name} namespace={namespace} />
                </dd>
              </Fragment>
            ))}
          </dl>
        </section>
      )}
    </>
  )
}
