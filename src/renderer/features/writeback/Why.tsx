import { ClipboardPaste } from 'lucide-react'
import { useState } from 'react'
import { useConfigState, useWriteMode } from '#renderer/site/site'
import { CheckBox, Segmented } from '#renderer/ui/Choice.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input, TextArea } from '#renderer/ui/Input.tsx'
import { SplitPanes } from '#renderer/ui/SplitPanes.tsx'
import { type Service, services } from '#shared/broker'
import { Checks } from './Checks.tsx'
import { firstRefusal } from './check-list.ts'
import { serviceNames } from './draft.ts'
import { readPasted } from './paste.ts'
import { useExplain } from './use-explain.ts'

const options = services.map((value) => ({ value, label: serviceNames[value] }))

/** "Write not executed anywhere": one paste, and the first check that refuses it with its repair. */
export function Why() {
  const state = useConfigState()
  const mode = useWriteMode()
  const [pasted, setPasted] = useState('')
  const [service, setService] = useState<Service>('mqtt')
  const [address, setAddress] = useState('')
  const [payload, setPayload] = useState('')
  const [retained, setRetained] = useState(false)
  const question = address === '' ? undefined : { service, address, payload, retained }
  const explained = useExplain(question, `${state?.version} ${mode}`)
  const refusal = firstRefusal(explained.steps)

  function paste(text: string) {
    setPasted(text)
    const found = readPasted(text)
    if (found.service) setService(found.service)
    if (found.address !== undefined) setAddress(found.address)
    if (found.payload !== undefined) setPayload(found.payload)
    setRetained(found.retained ?? false)
  }

  return (
    <SplitPanes
      panes={[
        { id: 'why-request', size: 560, min: 360 },
        { id: 'why-checks', min: 320 },
      ]}
    >
      <section className="pane" aria-label="Request that was not done">
        <div className="bar">
          <h2>The request</h2>
        </div>
        <div className="scroll">
          <div className="form wb-form">
            <Field
              column
              label="Paste it as it was sent"
              help="A mosquitto_pub, redis-cli or kcat line, a topic with its message, or the message alone."
            >
              <TextArea rows={5} value={pasted} onValue={paste} autoFocus />
            </Field>
            <Field label="Sent through">
              <Segmented wide label="Sent through" options={options} value={service} onValue={setService} />
            </Field>
            <Field label={{ mqtt: 'Topic', valkey: 'List', kafka: 'Topic' }[service]}>
              <Input
                mono
                value={address}
                onValue={setAddress}
                placeholder={
                  { mqtt: 'factory-a/Main PLC/write', valkey: 'factory-a:writes', kafka: 'factory-a-writes' }[service]
                }
              />
            </Field>
            <Field label="Message">
              <TextArea rows={8} value={payload} onValue={setPayload} />
            </Field>
            {service === 'mqtt' && (
              <Field label="">
                <CheckBox checked={retained} onChecked={setRetained} help="As if the broker had stored it">
                  With the retain flag
                </CheckBox>
              </Field>
            )}
          </div>
        </div>
      </section>
      <section className="pane" aria-label="Checks">
        <div className="bar">
          <h2>{refusal ? 'Why it was not done' : 'What the gateway would do'}</h2>
          <span className="grow" />
          <span className="dim text-small">nothing is sent</span>
        </div>
        <div className="scroll">
          {question ? (
            <Checks explained={explained} service={service} namespace={state?.config?.namespace ?? ''} after={[]} />
          ) : (
            <EmptyState icon={ClipboardPaste} title="No request yet">
              Each check of the gateway appears here, with the first one that refuses the request and how to mend it.
            </EmptyState>
          )}
        </div>
      </section>
    </SplitPanes>
  )
}
