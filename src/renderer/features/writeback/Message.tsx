import { Pencil, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { CopyButton } from '#renderer/ui/CopyButton.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { Input, TextArea } from '#renderer/ui/Input.tsx'
import { Menu } from '#renderer/ui/Menu.tsx'
import { Payload } from '#renderer/ui/Payload.tsx'
import { bytesText } from '#renderer/ui/times'
import { type CommandEntry, programs, sendCommand } from '#shared/commands'
import { type Shell, shells } from '#shared/quoting'
import type { RequestMessage } from '#shared/write-request'

const shellNames = { posix: 'sh, bash, zsh', cmd: 'Windows prompt' } as const

/** The exact message and address, to be looked at, typed over, copied, or sent by somebody else's program. */
export function Message(props: {
  readonly entry: CommandEntry
  readonly message: RequestMessage
  readonly namespace: string
  readonly retain: boolean
  readonly edited: boolean
  readonly onEdit: (edited: { readonly address: string; readonly payload: string } | undefined) => void
}) {
  const { entry, message, namespace, retain, edited, onEdit } = props
  const { address, payload } = message
  const size = new TextEncoder().encode(payload).byteLength
  const quality = {
    mqtt: retain ? 'QoS 1, retained' : 'QoS 1',
    valkey: 'RPUSH',
    kafka: `key ${message.key ?? 'none'}`,
  }[entry.service]
  return (
    <div className={`wb-message ${edited ? 'edited' : ''}`}>
      <div className="line">
        <span className="dim text-small">To</span>
        {edited ? (
          <Input mono aria-label="Address" value={address} onValue={(next) => onEdit({ address: next, payload })} />
        ) : (
          <span className="grow cut">
            <Address text={address} namespace={namespace} />
          </span>
        )}
        <span className="dim text-small cut quality">{quality}</span>
        <CopyButton text={address} what="address" />
      </div>
      <div className="line head-line">
        <span className="dim text-small grow">
          {edited ? 'Message, typed by hand' : 'Message'}, {bytesText(size)}
        </span>
        {edited ? (
          <Button small kind="plain" icon={Undo2} onClick={() => onEdit(undefined)}>
            Back to the form
          </Button>
        ) : (
          <button
            type="button"
            className="copy"
            aria-label="Edit address and message by hand"
            title="Edit address and message by hand"
            onClick={() => onEdit({ address, payload })}
          >
            <Icon of={Pencil} />
          </button>
        )}
        <CopyButton text={payload} what="message" />
      </div>
      {edited ? (
        <TextArea
          aria-label="Message"
          rows={6}
          value={payload}
          onValue={(next) => onEdit({ address, payload: next })}
        />
      ) : (
        <Payload text={payload} namespace={namespace} layout="tight" />
      )}
      <CommandLine entry={entry} message={message} retain={retain} />
    </div>
  )
}

function CommandLine(props: {
  readonly entry: CommandEntry
  readonly message: RequestMessage
  readonly retain: boolean
}) {
  const { entry, message, retain } = props
  const [shell, setShell] = useState<Shell>(isWindows() ? 'cmd' : 'posix')
  const command = sendCommand(entry, { ...message, retain }, shell)
  const program = programs[entry.service]
  return (
    <div className="line command">
      <span className="mono cut grow" title={command.ok ? command.text : command.why}>
        {command.ok ? command.text : command.why}
      </span>
      <Menu
        trigger={
          <Button small kind="plain">
            {shell === 'posix' ? 'sh' : 'cmd'}
          </Button>
        }
        items={[
          { group: `${program} for` },
          ...shells.map((one) => ({ label: shellNames[one], checked: one === shell, run: () => setShell(one) })),
          ...(command.ok && command.password
            ? (['line', { group: `Reads the password from ${command.password}` }] as const)
            : []),
        ]}
      />
      {command.ok && <CopyButton text={command.text} what={`${program} command`} />}
    </div>
  )
}

function isWindows(): boolean {
  return navigator.userAgent.includes('Windows')
}
