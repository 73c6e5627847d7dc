import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { followTags, tagStore } from '#renderer/features/tags/index'
import { mostLeftNamespaces, preferences, setPreferences } from '#renderer/site/preferences'
import { useConfig, useIdentity, useWriteMode } from '#renderer/site/site'
import { Field } from '#renderer/ui/Field.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { placeHash } from '#renderer/ui/router'
import { SplitPanes } from '#renderer/ui/SplitPanes.tsx'
import { namespaceProblem } from '#shared/names/rules'
import type { ConfigView } from '#shared/site'
import { LeftBehind } from './LeftBehind.tsx'
import { NamespaceRules } from './NamespaceRules.tsx'
import { NameTable } from './NameTable.tsx'
import { nameChanges } from './name-changes.ts'
import { SaveNamespace } from './SaveNamespace.tsx'
import { usePreview } from './use-preview.ts'
import './Namespace.css'

/** The namespace now and the next one, with every name before and after. */
export function NamespacePart() {
  const config = useConfig()
  useEffect(followTags, [])
  return config ? <NamespaceForm config={config} /> : null
}

function NamespaceForm({ config }: { readonly config: ConfigView }) {
  const { namespace } = config
  const [typed, setTyped] = useState('')
  const [every, setEvery] = useState(false)
  const left = useStore(preferences, (now) => now.leftNamespaces).filter((one) => one !== namespace)
  const next = typed === '' ? namespace : typed
  const problem = typed === '' || typed === namespace ? undefined : namespaceProblem(typed)
  const preview = usePreview(typed === '' || typed === namespace || problem ? '' : typed)
  const names = useNames(config, useDeferredValue(next), every)
  const armed = useWriteMode() === 'armed'
  return (
    <SplitPanes
      panes={[
        { id: 'namespace form', size: 384, min: 300, max: 620 },
        { id: 'namespace names', min: 360 },
      ]}
    >
      <div className="ns-form">
        <div className="ns-blocks">
          <section>
            <h2 className="text-small mid">Namespace now</h2>
            <div className="ns-now">
              <b>{namespace}</b>
              {config.site && <span className="mid">{config.site}</span>}
            </div>
          </section>
          <section>
            <Field column label="New namespace" count={`${typed.length} of 64 characters`}>
              <Input
                big
                data-filter
                value={typed}
                onValue={(text) => setTyped(text.trim())}
                placeholder={namespace}
                maxLength={200}
                bad={problem !== undefined}
              />
            </Field>
            <NamespaceRules now={namespace} typed={typed} preview={preview} names={names} config={config} />
          </section>
          <LeftBehind key={`now ${namespace}`} config={config} base={namespace} whose="current" />
          {left.slice(0, mostShown).map((base) => (
            <LeftBehind key={base} config={config} base={base} whose="left" />
          ))}
          <p>
            <a className="link" href={placeHash('settings', ['left-overs'])}>
              Left-overs of another namespace
            </a>
          </p>
        </div>
        <SaveNamespace
          now={namespace}
          next={typed}
          armed={armed}
          entries={names.entries}
          preview={preview}
          blocked={typed === '' || typed === namespace ? 'Type another name first.' : (problem ?? preview.blocked)}
          onDiscard={() => setTyped('')}
          onSaved={(old) => {
            setTyped('')
            keepLeft(old)
          }}
        />
      </div>
      <NameTable names={names} before={namespace} after={next} every={every} onEvery={setEvery} />
    </SplitPanes>
  )
}

/** Newest of those that were left: the others are in Left-overs. */
const mostShown = 2

/** Kept with the preferences of this site: what stands under it can be cleared later. */
function keepLeft(old: string) {
  const { leftNamespaces } = preferences.getState()
  setPreferences({ leftNamespaces: [old, ...leftNamespaces.filter((one) => one !== old)].slice(0, mostLeftNamespaces) })
}

/** Names from the configuration and the tags read so far. */
function useNames(config: ConfigView, next: string, every: boolean) {
  const indexes = useStore(tagStore, (now) => now.indexes)
  const identity = useIdentity()
  return useMemo(() => {
    const tagsOf = (plc: string) => [...(indexes[plc]?.configured.values() ?? [])]
    return nameChanges(config, tagsOf, next, identity, every)
  }, [config, indexes, identity, next, every])
}
