import { ChevronRight } from 'lucide-react'
import { useInfo } from '#renderer/site/site'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Switch } from '#renderer/ui/Choice.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { Menu } from '#renderer/ui/Menu.tsx'
import { Select } from '#renderer/ui/Select.tsx'
import { base } from '#shared/names/build'
import { requestAddress } from '#shared/write-request'
import { defaultPorts, type EntryForm, type EntryProblems } from './form.ts'

interface FieldsProps {
  readonly form: EntryForm
  readonly onForm: (form: EntryForm) => void
  readonly problems: EntryProblems
  readonly namespace: string
  readonly plcNames: readonly string[]
}

const saslOptions = (['', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map((value) => ({
  value,
  label: value || 'none',
}))
const acksOptions = [
  { value: '-1', label: 'all replicas' },
  { value: '1', label: 'the leader' },
  { value: '0', label: 'none: a loss is not noticed' },
] as const

/** The fields of an entry: those everybody needs, then the rest behind "More". */
export function EntryFields(props: FieldsProps) {
  const { form, onForm, problems, namespace, plcNames } = props
  const { service } = form
  const set = (patch: Partial<EntryForm>) => onForm({ ...form, ...patch })
  const own = base(service, namespace, form.selector || undefined)
  return (
    <div className="form entry-form">
      <Field label="Name" problem={problems.name}>
        <Input value={form.name} onValue={(name) => set({ name })} placeholder="Central" />
      </Field>
      <Field label={service === 'kafka' ? 'Brokers' : 'Address'} problem={problems.address}>
        <Input
          mono
          value={form.address}
          onValue={(address) => set({ address })}
          placeholder={
            service === 'kafka'
              ? 'kafka-1:9092, kafka-2:9092'
              : `host, or host:port where it is not ${service === 'mqtt' && form.tls ? 8883 : defaultPorts[service]}`
          }
        />
      </Field>
      <Field label="TLS">
        <Switch checked={form.tls} onChecked={(tls) => set({ tls })}>
          {form.tls ? 'on · certificates are always verified' : 'off · everything is readable on the way'}
        </Switch>
      </Field>
      {form.tls && (
        <Field label="CA file" problem={problems.caFile}>
          <Input mono value={form.caFile} onValue={(caFile) => set({ caFile })} placeholder="public authorities" />
        </Field>
      )}
      <Field label="User" problem={problems.username}>
        <Input mono value={form.username} onValue={(username) => set({ username })} placeholder="none" />
      </Field>
      <Password form={form} set={set} />
      <Field label="Selector" problem={problems.selector}>
        <div className="beside">
          <Input mono value={form.selector} onValue={(selector) => set({ selector })} placeholder="none" />
          <span>
            base <Address text={own} namespace={namespace} />
          </span>
        </div>
      </Field>
      <Field label="PLCs" problem={problems.plcs}>
        <PlcChoice form={form} set={set} names={plcNames} />
      </Field>
      <Field label="Write-back">
        <Switch checked={form.writeback} onChecked={(writeback) => set({ writeback })}>
          {form.writeback ? (
            <span className="cut">
              on · takes requests from <Address text={requestAddress(service, own, '+')} namespace={namespace} />
            </span>
          ) : (
            'off · takes no requests'
          )}
        </Switch>
      </Field>
      <Field label="Entry">
        <Switch checked={form.enabled} onChecked={(enabled) => set({ enabled })}>
          {form.enabled ? 'on' : 'off · neither connects nor publishes'}
        </Switch>
      </Field>
      <details className="more">
        <summary>
          <Icon of={ChevronRight} small /> More
        </summary>
        <div className="form">
          <MoreFields {...props} set={set} />
        </div>
      </details>
    </div>
  )
}

type Set = (patch: Partial<EntryForm>) => void

function Password({ form, set }: { readonly form: EntryForm; readonly set: Set }) {
  const info = useInfo()
  const kept = form.passwordSet && !form.passwordRemoved
  return (
    <Field label="Password" help={info ? `Kept in ${info.secretStore}, not in the file.` : undefined}>
      <div className="beside">
        <Input
          type="password"
          autoComplete="new-password"
          value={form.password}
          onValue={(password) => set({ password, passwordRemoved: false })}
          placeholder={kept ? '•••••••• (set; type to replace it)' : 'none'}
        />
        {kept && form.password === '' && (
          <Button small kind="plain" onClick={() => set({ passwordRemoved: true })}>
            Remove
          </Button>
        )}
      </div>
    </Field>
  )
}

function PlcChoice({
  form,
  set,
  names,
}: {
  readonly form: EntryForm
  readonly set: Set
  readonly names: readonly string[]
}) {
  const { plcs } = form
  const text = plcs ? (plcs.length === 0 ? 'None' : plcs.join(', ')) : `All, ${names.length}`
  const toggle = (name: string) => {
    const now = plcs ?? names
    const next = now.includes(name)
      ? now.filter((one) => one !== name)
      : names.filter((one) => one === name || now.includes(one))
    set({ plcs: next })
  }
  return (
    <Menu
      align="start"
      trigger={
        <Button wide className="plc-choice">
          <span className="cut grow">{text}</span>
        </Button>
      }
      items={[
        {
          label: 'All, also those added later',
          checked: plcs === undefined,
          run: () => set({ plcs: plcs === undefined ? [...names] : undefined }),
        },
        'line',
        ...names.map((name) => ({
          label: name,
          checked: plcs === undefined || plcs.includes(name),
          run: () => toggle(name),
        })),
      ]}
    />
  )
}

function MoreFields({ form, problems, set }: FieldsProps & { readonly set: Set }) {
  const { service } = form
  return (
    <>
      {form.tls && (
        <>
          <Field label="Certificate" problem={problems.certFile}>
            <Input
              mono
              value={form.certFile}
              onValue={(certFile) => set({ certFile })}
              placeholder="none: login without a client certificate"
            />
          </Field>
          <Field label="Its key" problem={problems.keyFile}>
            <Input mono value={form.keyFile} onValue={(keyFile) => set({ keyFile })} placeholder="none" />
          </Field>
          <Field label="Server name" help="In the broker's certificate, where it is not the host name.">
            <Input mono value={form.serverName} onValue={(serverName) => set({ serverName })} placeholder="host name" />
          </Field>
        </>
      )}
      {service === 'mqtt' && (
        <Field label="Client id" problem={problems.clientId}>
          <Input
            mono
            value={form.clientId}
            onValue={(clientId) => set({ clientId })}
            placeholder="made from namespace and instance"
          />
        </Field>
      )}
      {service === 'valkey' && (
        <>
          <Field label="Database" problem={problems.database}>
            <Input mono value={form.database} onValue={(database) => set({ database })} placeholder="0" />
          </Field>
          <Field label="Key life time" problem={problems.keyTtl} help="Keys nobody refreshes vanish after it.">
            <Input
              mono
              value={form.keyTtl}
              onValue={(keyTtl) => set({ keyTtl })}
              placeholder="none: keys stay until cleared"
            />
          </Field>
          <Field label="Backlog">
            <Switch checked={form.executeBacklog} onChecked={(executeBacklog) => set({ executeBacklog })}>
              {form.executeBacklog
                ? 'execute requests that waited while the gateway was away'
                : 'refuse requests that waited'}
            </Switch>
          </Field>
        </>
      )}
      {service === 'kafka' && <KafkaFields form={form} problems={problems} set={set} />}
      {service !== 'mqtt' && (
        <Field label="Changes">
          <Switch checked={form.publishChanges} onChecked={(publishChanges) => set({ publishChanges })}>
            {form.publishChanges ? 'published' : 'not published'}
          </Switch>
        </Field>
      )}
      <Field
        label="Claim"
        help="Looks for another gateway of the same namespace. Off only where the broker forbids the extra names."
      >
        <Switch checked={form.claim} onChecked={(claim) => set({ claim })}>
          {form.claim ? 'on' : 'off: a second gateway is not noticed here'}
        </Switch>
      </Field>
      <Field label="Unproven">
        <Switch checked={form.allowUnproven} onChecked={(allowUnproven) => set({ allowUnproven })}>
          {form.allowUnproven
            ? 'writes although the broker does not let us look'
            : 'no writes where the broker does not let us look'}
        </Switch>
      </Field>
    </>
  )
}

function KafkaFields({
  form,
  problems,
  set,
}: {
  readonly form: EntryForm
  readonly problems: EntryProblems
  readonly set: Set
}) {
  return (
    <>
      <Field label="SASL">
        <Select options={saslOptions} value={form.sasl} onValue={(sasl) => set({ sasl })} />
      </Field>
      <Field label="Confirmed by">
        <Select options={acksOptions} value={form.acks} onValue={(acks) => set({ acks })} />
      </Field>
      <Field label="Topics">
        <Switch checked={form.autoCreate} onChecked={(autoCreate) => set({ autoCreate })}>
          {form.autoCreate ? 'created where they do not exist' : 'must exist'}
        </Switch>
      </Field>
      <Field label="Group" problem={problems.consumerGroup}>
        <Input
          mono
          value={form.consumerGroup}
          onValue={(consumerGroup) => set({ consumerGroup })}
          placeholder="‹base›-writers"
        />
      </Field>
      <Field label="Compression">
        <Switch checked={form.gzip} onChecked={(gzip) => set({ gzip })}>
          {form.gzip ? 'gzip' : 'none'}
        </Switch>
      </Field>
    </>
  )
}
