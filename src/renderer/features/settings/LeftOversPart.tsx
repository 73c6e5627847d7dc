import { useState } from 'react'
import { useStore } from 'zustand'
import { preferences } from '#renderer/site/preferences'
import { useConfig } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { go } from '#renderer/ui/router'
import type { PageProps } from '#renderer/ui/screen'
import { namespaceProblem } from '#shared/names/rules'
import { LeftBehind } from './LeftBehind.tsx'
import { Section } from './Section.tsx'

/** What stands at the brokers under any namespace: this one, one that was left, or one that is typed (`#/settings/left-overs/factory-old`). */
export function LeftOversPart({ path: [, shown = ''] }: PageProps) {
  const config = useConfig()
  const left = useStore(preferences, (now) => now.leftNamespaces)
  const [typed, setTyped] = useState('')
  const [selector, setSelector] = useState('')
  if (!config) return null
  const { namespace } = config
  const problem = typed === '' ? undefined : namespaceProblem(typed)
  const show = (base: string) => go('settings', ['left-overs', base])
  return (
    <div className="scroll">
      <div className="settings-form">
        <Section title="Left-overs">
          <p className="mid">
            Messages, keys, topics and groups that stand at the brokers under a namespace. Nothing is removed before you
            have seen it and a backup file is written.
          </p>
          <div className="left-picks">
            {[namespace, ...left.filter((one) => one !== namespace)].map((one) => (
              <Button key={one} small onClick={() => show(one)} aria-pressed={one === shown}>
                {one === namespace ? `${one} (now)` : one}
              </Button>
            ))}
          </div>
          <form
            className="left-other"
            onSubmit={(event) => {
              event.preventDefault()
              if (typed !== '' && !problem) show(typed)
            }}
          >
            <Field label="Another namespace" problem={problem}>
              <Input
                mono
                data-filter
                value={typed}
                onValue={(text) => setTyped(text.trim())}
                placeholder="factory-old"
              />
            </Field>
            <Field label="Selector" help="Empty: what each entry has now">
              <Input mono value={selector} onValue={(text) => setSelector(text.trim())} placeholder="as now" />
            </Field>
            <div>
              <Button submit blocked={typed === '' ? 'Type a namespace first.' : problem}>
                Show what is left of it
              </Button>
            </div>
          </form>
        </Section>
        {shown !== '' && !namespaceProblem(shown) && (
          <LeftBehind
            key={`${shown} ${selector}`}
            config={config}
            base={shown}
            selector={selector}
            whose={shown === namespace ? 'current' : left.includes(shown) ? 'left' : 'unknown'}
          />
        )}
      </div>
    </div>
  )
}
