import { useState } from 'react'
import { api } from '#renderer/api/index'
import { ChangeRemark } from '#renderer/site/ChangeRemark.tsx'
import { useDraft } from '#renderer/site/drafts'
import { TestSteps } from '#renderer/site/TestSteps.tsx'
import { useChange } from '#renderer/site/use-change'
import { useTest } from '#renderer/site/use-test'
import { Button } from '#renderer/ui/Button.tsx'
import { Confirm } from '#renderer/ui/Confirm.tsx'
import { go } from '#renderer/ui/router'
import type { PlcTestStep } from '#shared/contract/plcs'
import { serialText } from '#shared/plc'
import type { ConfigView } from '#shared/site'
import { newPlcDrafts, plcDrafts } from './drafts.ts'
import { type PlcForm, plcDraftOf, plcEdits, plcProblems, plcWay } from './form.ts'
import { PlcFields } from './PlcFields.tsx'
import { pinOf } from './pin.ts'

/** Add or edit one PLC. A new one can be pinned to what Test has found, in one step. */
export function PlcEditor(props: {
  readonly before: PlcForm | undefined
  readonly start: PlcForm
  readonly config: ConfigView
}) {
  const { before, start, config } = props
  const { form, typed, setForm, revert } = useDraft(
    before ? plcDrafts : newPlcDrafts,
    before?.name ?? start.address,
    before ?? start,
  )
  const [removing, setRemoving] = useState(false)
  const [shownAll, setShownAll] = useState(before !== undefined)
  const change = useChange()
  const test = useTest<Extract<PlcTestStep, { kind: 'identity' }>>(plcWay(form))
  const found = test.found?.identity
  const others = config.plcs.map(({ name }) => name).filter((name) => name !== before?.name)
  const problems = plcProblems(form, others)
  const bad = Object.keys(problems).length > 0
  const same = before !== undefined && !typed
  const name = form.name.trim()
  const plc = config.plcs.find((one) => one.name === before?.name)

  async function save(pin: boolean) {
    setShownAll(true)
    if (bad) return
    const edits = plcEdits(form, before)
    const pinned = pin && found ? [{ kind: 'set-pin', plc: name, pin: pinOf(found) } as const] : []
    await change.save([...edits, ...pinned], `${name} saved`, () => {
      revert()
      go('plcs', [name])
    })
  }
  async function remove() {
    if (!before) return
    await change.save([{ kind: 'remove-plc', plc: before.name }], `${before.name} removed`, () => {
      revert()
      go('plcs')
    })
    setRemoving(false)
  }
  function startTest() {
    test.start((listener) => api.subscribeOnce('plcs.test', { draft: plcDraftOf(form) }, listener))
  }

  return (
    <form
      className="pane"
      aria-label={before ? `Settings of ${before.name}` : 'New PLC'}
      onSubmit={(event) => {
        event.preventDefault()
        if (!same) void save(false)
      }}
    >
      <div className="scroll">
        <PlcFields form={form} onForm={setForm} problems={shownAll ? problems : {}} globalPollMs={config.poll_rate} />
        <TestSteps
          test={test}
          onStart={startTest}
          blocked={problems.address ? `Address ${problems.address}` : undefined}
          note="with what is typed above; reads only"
        />
        {found && (
          <p className="callout plc-found">
            <span>
              Found <b>{found.productName}</b>, revision {found.revision}, serial{' '}
              <span className="mono">{found.serial === 0 ? 'none' : serialText(found.serial)}</span>.{' '}
              {before ? 'Identity and pin are on the next page.' : 'Save and pin: only this controller may be written.'}
            </span>
          </p>
        )}
        <div className="editor-remark">
          <ChangeRemark change={change} />
        </div>
      </div>
      <div className="foot">
        {before && (
          <Button kind="plain" onClick={() => setRemoving(true)}>
            Remove PLC…
          </Button>
        )}
        <span className="grow" />
        <Button
          blocked={same ? 'Nothing was changed.' : undefined}
          onClick={() => {
            revert()
            if (!before) return go('plcs')
            change.forget()
          }}
        >
          {before ? 'Revert' : 'Cancel'}
        </Button>
        {!before && found && found.serial !== 0 && (
          <Button busy={change.busy} onClick={() => void save(true)}>
            Add and pin
          </Button>
        )}
        <Button
          kind="primary"
          busy={change.busy}
          blocked={same ? 'Nothing was changed.' : bad && shownAll ? 'Mend what is marked above first.' : undefined}
          submit
        >
          {before ? `Save and reconnect ${name}` : 'Add and connect'}
        </Button>
      </div>
      {before && (
        <Confirm
          open={removing}
          kind="danger"
          title={`Remove ${before.name}`}
          action={`Remove ${before.name}`}
          typed={before.name}
          busy={change.busy}
          onConfirm={() => void remove()}
          onClose={() => setRemoving(false)}
        >
          <p>
            Its {(plc?.tagCount ?? 0).toLocaleString('en-US')} tags go from the configuration with it, and their
            retained messages and keys are cleared on every broker. Write requests for it are refused from then on. The
            version of the file before is kept as .bak.
          </p>
        </Confirm>
      )}
    </form>
  )
}
