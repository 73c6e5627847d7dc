import { useConfigState, useIdentity, useInfo, useNamespace } from '#renderer/site/site'
import { Address } from '#renderer/ui/Address.tsx'
import { CopyButton } from '#renderer/ui/CopyButton.tsx'
import { shortIdentity } from '#shared/names/build'
import { Section } from './Section.tsx'

/** What runs here, and where its files are. */
export function About() {
  const info = useInfo()
  const identity = useIdentity()
  const namespace = useNamespace()
  const config = useConfigState()
  const files = info
    ? [
        ['Configuration', info.configPath],
        ['Log', info.logPath],
        ['Journal of writes', info.journalPath],
        ['Secrets', info.secretStore],
      ]
    : []
  return (
    <div className="scroll">
      <div className="settings-form">
        <Section title={`WarLink Desktop ${info?.version ?? ''}`}>
          <p className="mid">
            PLC tags to MQTT, Valkey and Kafka under one namespace, and writes back. MIT licence. Names of other
            products belong to their owners.
          </p>
          <dl className="kv wide-keys">
            <dt>Window</dt>
            <dd>{info?.kind === 'desktop' ? 'desktop application' : 'in a browser'}</dd>
            <dt>Namespace</dt>
            <dd>{namespace ? <Address text={namespace} namespace={namespace} /> : 'none yet'}</dd>
            {identity && (
              <>
                <dt>Instance, boot</dt>
                <dd className="mono">{shortIdentity(identity)}</dd>
              </>
            )}
            {config?.version && (
              <>
                <dt>Configuration</dt>
                <dd className="mono cut">sha256 {config.version.slice(0, 16)}</dd>
              </>
            )}
          </dl>
        </Section>
        <Section title="Files">
          <dl className="kv wide-keys">
            {files.map(([name, path]) => (
              <FileRow key={name} name={name ?? ''} path={path ?? ''} />
            ))}
          </dl>
        </Section>
      </div>
    </div>
  )
}

function FileRow({ name, path }: { readonly name: string; readonly path: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="address-line">
        {path === '' ? <span className="dim">none is written</span> : <span className="mono cut">{path}</span>}
        {path !== '' && <CopyButton text={path} what={name} />}
      </dd>
    </>
  )
}
