import { serviceTitles } from '#renderer/site/chips'
import { useInfo } from '#renderer/site/site'
import { Address } from '#renderer/ui/Address.tsx'
import { State } from '#renderer/ui/State.tsx'
import { serialText } from '#shared/plc'
import type { Plan } from './plan.ts'

/** What will be saved and started, before it is. */
export function CheckStep({ plan }: { readonly plan: Plan }) {
  const info = useInfo()
  const { plc, identity, pin, entries } = plan
  return (
    <>
      <h2>Check</h2>
      <p>
        This is saved and started. The isolation screen proves afterwards that this gateway is alone in its namespace.
      </p>
      <dl className="kv wizard-check">
        <dt>Namespace</dt>
        <dd>
          <Address text={plan.namespace} namespace={plan.namespace} />{' '}
          {plan.site && <span className="mid">{plan.site}</span>}
        </dd>
        <dt>Writes</dt>
        <dd>
          {plan.writeMode === 'armed' ? (
            <State kind="warn">armed: requests for writable tags are executed at once</State>
          ) : (
            <State kind="ok">read-only: requests are answered with the reason</State>
          )}
        </dd>
        <dt>PLC</dt>
        <dd>
          {plc ? `${plc.name}, ${plc.address}` : <State kind="off">none yet: nothing is read</State>}
          {plc && (
            <div>
              {identity && pin ? (
                <State kind="ok">pinned to serial {serialText(identity.serial)}</State>
              ) : (
                <State kind="unproven">{identity ? 'not pinned' : 'not tested'}</State>
              )}
            </div>
          )}
        </dd>
        <dt>Brokers</dt>
        <dd>
          {entries.length === 0 && <State kind="off">none yet: nothing is published</State>}
          {entries.map((entry) => (
            <div key={`${entry.service} ${entry.name}`}>
              {entry.name} ({serviceTitles[entry.service]}) <span className="mono mid">{entry.address}</span>
              {entry.writeback ? ', takes write requests' : ''}
              {entry.tls ? ', TLS' : ''}
            </div>
          ))}
        </dd>
        <dt>File</dt>
        <dd className="mono">{info?.configPath}</dd>
      </dl>
      <p className="dim text-small">Tags are chosen next, on the screen Tags: the PLC is asked for all it has.</p>
    </>
  )
}
