import { useState } from 'react'
import { api } from '#renderer/api/index'
import { ChangeRemark } from '#renderer/site/ChangeRemark.tsx'
import { entryTitle, serviceTitles } from '#renderer/site/chips'
import { useDraft } from '#renderer/site/drafts'
import { TestSteps } from '#renderer/site/TestSteps.tsx'
import { useChange } from '#renderer/site/use-change'
import { useTest } from '#renderer/site/use-test'
import { Button } from '#renderer/ui/Button.tsx'
import { Confirm } from '#renderer/ui/Confirm.tsx'
import { go } from '#renderer/ui/router'
import { entryText } from '#shared/broker'
import type { ConfigView } from '#shared/site'
import { entryDrafts, newEntryDrafts } from './drafts.ts'
import { EntryFields } from './EntryFields.tsx'
import { draftOf, type EntryForm, editsOf, entryProblems, saveText, testSubject } from './form.ts'

/** Add or edit one entry; Test tries what is typed, Save applies it at once. `before` absent: a new one. */
export function EntryEditor(props: {
  readonly before: EntryForm | undefined
  readonly start: EntryForm
  readonly config: ConfigView
}) {
  const { before, start, config } = props
  const { form, typed, setForm, revert } = useDraft(
    before ? entryDrafts : newEntryDrafts,
    before ? entryText({ service: before.service, name: before.name }) : start.service,
    before ?? start,
  )
  const [removing, setRemoving] = useState(false)
  const [shownAll, setShownAll] = useState(false)
  const change = useChange()
  const test = useTest(testSubject(form))
  const { service } = form
  const plcNames = config.plcs.map(({ name }) => name)
  const otherNames = config[service].map(({ name }) => name).filter((name) => name !== before?.name)
  const problems = entryProblems(form, {
    namespace: config.namespace,
    plcNames,
    otherNames,
  })
  const bad = Object.keys(problems).length > 0
  const same = before !== undefined && !typed
  const title = before ? `Edit ${entryTitle({ service, name: before.name })}` : `New ${serviceTitles[service]} entry`

  async function save() {
    setShownAll(true)
    if (bad) return
    await change.save(editsOf(form, before), `${entryTitle({ service, name: form.name })} saved`, () => {
      revert()
      go('brokers', [service, form.name.trim()])
    })
  }
  async function remove() {
    if (!before) return
    const entry = { service, name: before.name }
    await change.save([{ kind: 'remove-entry', entry }], `${entryTitle(entry)} removed`, () => {
      revert()
      go('brokers')
    })
    setRemoving(false)
  }
  const startTest = () =>
    test.start((listener) =>
      api.subscribeOnce(
        'brokers.test',
        { service, draft: draftOf(form), ...(form.password === '' ? {} : { password: form.password }) },
        listener,
      ),
    )

  return (
    <form
      className="pane"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault()
        if (!same) void save()
      }}
    >
      <div className="bar">
        <h2>{title}</h2>
        <span className="grow" />
        {before && <span className="dim text-small">{same ? 'as in the file' : 'not saved yet'}</span>}
      </div>
      <div className="scroll">
        <EntryFields
          form={form}
          onForm={setForm}
          problems={shownAll || before ? problems : {}}
          namespace={config.namespace}
          plcNames={plcNames}
        />
        <TestSteps
          test={test}
          onStart={startTest}
          blocked={problems.address ? `Address ${problems.address}` : undefined}
          note="with what is typed above; leaves nothing on the broker"
        />
        <div className="editor-remark">
          <ChangeRemark change={change} />
        </div>
      </div>
      <div className="foot">
        {before && (
          <Button kind="plain" onClick={() => setRemoving(true)}>
            Remove entry…
          </Button>
        )}
        <span className="grow" />
        <Button
          onClick={() => {
            revert()
            if (!before) return go('brokers')
            change.forget()
          }}
          blocked={same ? 'Nothing was changed.' : undefined}
        >
          {before ? 'Revert' : 'Cancel'}
        </Button>
        <Button
          kind="primary"
          busy={change.busy}
          blocked={same ? 'Nothing was changed.' : bad && shownAll ? 'Mend what is marked above first.' : undefined}
          submit
        >
          {saveText(form, before)}
        </Button>
      </div>
      {before && (
        <Confirm
          open={removing}
          kind="danger"
          title={`Remove ${entryTitle({ service, name: before.name })}`}
          action={`Remove ${before.name}`}
          busy={change.busy}
          onConfirm={() => void remove()}
          onClose={() => setRemoving(false)}
        >
          <p>
            The gateway disconnects from it, takes no more requests there, and clears what it has published under{' '}
            <span className="mono">{config.namespace}</span> on that broker. Other entries go on. The version of the
            file before is kept as .bak.
          </p>
        </Confirm>
      )}
    </form>
  )
}
