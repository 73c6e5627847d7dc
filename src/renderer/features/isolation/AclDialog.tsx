import { Download } from 'lucide-react'
import { useState } from 'react'
import { serviceTitles } from '#renderer/site/chips'
import { Button } from '#renderer/ui/Button.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { CopyButton } from '#renderer/ui/CopyButton.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { download } from '#renderer/ui/download'
import { Select } from '#renderer/ui/Select.tsx'
import { type AclRole, aclHow, aclLines } from '#shared/acl'
import { services } from '#shared/broker'
import { base } from '#shared/names/build'
import type { ConfigView } from '#shared/site'

const roles = [
  { value: 'gateway', label: 'This gateway' },
  { value: 'requester', label: 'A sender of writes' },
] as const

/** Access rules for each broker, made from the namespace, for the gateway and for those who send it writes. */
export function AclDialog(props: {
  readonly open: boolean
  readonly onClose: () => void
  readonly config: ConfigView
}) {
  const { open, onClose, config } = props
  const entries = services.flatMap((service) => config[service].map((entry) => ({ service, entry })))
  const [chosen, setChosen] = useState('0')
  const [role, setRole] = useState<AclRole>('gateway')
  const one = entries[Number(chosen)] ?? entries[0]
  const own = one ? base(one.service, config.namespace, one.entry.selector) : config.namespace
  const lines = one ? aclLines(one.service, own, role === 'gateway' ? (one.entry.username ?? '') : '', role) : []
  const text = `${lines.join('\n')}\n`
  return (
    <Dialog
      open={open}
      wide
      title="Access rules"
      onClose={onClose}
      footer={
        <>
          <span className="dim text-small grow">
            Patterns end in the separator, so that {config.namespace}b is not opened too.
          </span>
          <Button
            icon={Download}
            blocked={one ? undefined : 'There is no broker entry.'}
            onClick={() => one && download(`${config.namespace}-${one.service}-${role}.acl`, text)}
          >
            Save as a file
          </Button>
        </>
      }
    >
      {one ? (
        <>
          <div className="acl-choice">
            <Select
              label="Broker"
              options={entries.map(({ service, entry }, i) => ({
                value: String(i),
                label: `${entry.name} (${serviceTitles[service]})`,
              }))}
              value={chosen}
              onValue={setChosen}
            />
            <Segmented label="For" options={roles} value={role} onValue={setRole} />
          </div>
          <p className="mid">{aclHow[one.service]}</p>
          <div className="mend-lines">
            <pre className="payload">{lines.join('\n')}</pre>
            <CopyButton text={text} what="rules" />
          </div>
        </>
      ) : (
        <p>There is no broker entry yet.</p>
      )}
    </Dialog>
  )
}
