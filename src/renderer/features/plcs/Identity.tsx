import { ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { ChangeRemark } from '#renderer/site/ChangeRemark.tsx'
import { usePlcState } from '#renderer/site/site'
import { useChange } from '#renderer/site/use-change'
import { Button } from '#renderer/ui/Button.tsx'
import { Confirm } from '#renderer/ui/Confirm.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { State } from '#renderer/ui/State.tsx'
import { serialText } from '#shared/plc'
import type { PlcConfigView } from '#shared/site'
import { isPinned, type PinEntry, pinOf, pinWords } from './pin.ts'

/** Which controller answers, and which may be written: a person confirms that it is the right one. */
export function Identity({ plc }: { readonly plc: PlcConfigView }) {
  const state = usePlcState(plc.name)
  const change = useChange()
  const [asking, setAsking] = useState<readonly PinEntry[]>()
  const identity = state?.kind === 'online' ? state.identity : undefined
  const words = pinWords(plc.pin, state)
  const matches = identity !== undefined && isPinned(plc.pin, identity)

  async function save(pin: readonly PinEntry[]) {
    const done = pin.length === 0 ? `${plc.name} is no longer pinned` : `${plc.name} is pinned`
    await change.save([{ kind: 'set-pin', plc: plc.name, pin: [...pin] }], done)
    setAsking(undefined)
  }

  return (
    <section className="pane" aria-label={`Identity of ${plc.name}`}>
      <div className="scroll plc-page">
        <h3>Controller that answers now</h3>
        {identity ? (
          <dl className="kv">
            <dt>Product</dt>
            <dd>{identity.productName}</dd>
            <dt>Serial</dt>
            <dd className="mono">
              {identity.serial === 0 ? 'none (an emulator has none)' : serialText(identity.serial)}
            </dd>
            <dt>Revision</dt>
            <dd>{identity.revision}</dd>
            <dt>Vendor</dt>
            <dd>{identity.vendor === 1 ? '1, Rockwell Automation' : identity.vendor}</dd>
            <dt>Product code</dt>
            <dd>{identity.productCode}</dd>
            <dt>Mode</dt>
            <dd>{identity.mode}</dd>
          </dl>
        ) : (
          <EmptyState icon={ShieldCheck} title="Nobody answers">
            The identity is read each time the PLC connects, before the first write.
          </EmptyState>
        )}
        <h3>Pin</h3>
        <p>
          <State kind={words.kind} strong>
            {words.word}
          </State>{' '}
          <span className="mid">{words.text}</span>
        </p>
        {plc.pin.length > 0 && (
          <ul className="pins mono">
            {plc.pin.map((pin) => (
              <li key={`${pin.vendor} ${pin.product} ${pin.serial}`}>
                vendor {pin.vendor}, product {pin.product}, serial {serialText(pin.serial)}
              </li>
            ))}
          </ul>
        )}
        <p className="dim text-small">
          Two sites often use the same names and addresses. The pin makes sure that a write reaches this controller and
          no other that answers at the same address: another one is read and never written. Redundant controllers have a
          pin each.
        </p>
        <ChangeRemark change={change} />
      </div>
      <div className="foot">
        {plc.pin.length > 0 && (
          <Button kind="plain" onClick={() => setAsking([])}>
            Remove the pin…
          </Button>
        )}
        <span className="grow" />
        {plc.pin.length > 0 && identity && !matches && (
          <Button onClick={() => setAsking(pinOf(identity, plc.pin))}>Add as its partner…</Button>
        )}
        <Button
          kind="primary"
          icon={ShieldCheck}
          busy={change.busy}
          blocked={
            !identity
              ? 'Nobody answers.'
              : identity.serial === 0
                ? 'This controller has no serial number: it can not be told from another.'
                : matches
                  ? 'This controller is pinned.'
                  : undefined
          }
          onClick={() => identity && setAsking(pinOf(identity))}
        >
          Pin this controller…
        </Button>
      </div>
      <Confirm
        open={asking !== undefined}
        kind={asking?.length === 0 ? 'danger' : 'primary'}
        title={asking?.length === 0 ? `Remove the pin of ${plc.name}` : `Is this the controller of ${plc.name}?`}
        action={
          asking?.length === 0
            ? 'Remove the pin'
            : `Pin ${asking?.map(({ serial }) => serialText(serial)).join(' and ')}`
        }
        busy={change.busy}
        onConfirm={() => asking && void save(asking)}
        onClose={() => setAsking(undefined)}
      >
        {asking?.length === 0 ? (
          <p>
            Any controller that answers at {plc.address} may be written then, and the isolation run can not prove which
            one.
          </p>
        ) : (
          <p>
            Compare the serial number with the label on the module, or with Studio 5000 (Controller Properties). From
            then on only {identity?.productName} with this serial number is written for {plc.name}.
          </p>
        )}
      </Confirm>
    </section>
  )
}
