import { useState } from 'react'
import { entryTitle } from '#renderer/site/chips'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { CopyButton } from '#renderer/ui/CopyButton.tsx'
import { type Command, programs, writeCommand } from '#shared/commands'
import { base } from '#shared/names/build'
import type { Shell } from '#shared/quoting'
import type { ConfigView } from '#shared/site'
import type { TagReading } from '#shared/tag'
import { requestAddress } from '#shared/write-request'
import { entriesOf } from './published-as.ts'
import type { TagRow } from './rows.ts'

const shellOptions = [
  { value: 'posix', label: 'Linux, Mac' },
  { value: 'cmd', label: 'Windows' },
] as const

/**
 * Ready-made lines that write this tag with the value it has, through each broker that takes writes. None while that is
 * not known: a made-up value must not be a paste away from the machine.
 */
export function WriteCommands(props: {
  readonly config: ConfigView
  readonly row: TagRow
  readonly reading: TagReading | undefined
  readonly onWritable: () => void
}) {
  const { config, row, reading, onWritable } = props
  const [shell, setShell] = useState<Shell>(() => (/Windows/.test(navigator.userAgent) ? 'cmd' : 'posix'))
  const writable = row.tag?.enabled === true && row.tag.writable
  if (!writable) {
    return (
      <section>
        <h3>Not writable</h3>
        <p className="text-small mid">Write requests for it are refused.</p>
        <div className="detail-actions">
          <Button keys="w" onClick={onWritable}>
            Make writable
          </Button>
        </div>
      </section>
    )
  }
  const entries = entriesOf(config).filter(
    (entry) => entry.config.enable_writeback && (entry.config.plcs?.includes(row.plc) ?? true),
  )
  const valueJson = reading?.cut ? undefined : reading?.valueJson
  if (valueJson === undefined) {
    return (
      <section>
        <h3>Write commands</h3>
        <p className="text-small mid">
          {reading?.cut
            ? 'Its value is too long for a command line. Write it in the tester.'
            : 'They come with its value, which is not known yet. Write another one in the tester.'}
        </p>
      </section>
    )
  }
  const parts = { plc: row.plc, tag: row.tag?.alias ?? row.address, valueJson }
  return (
    <section>
      <h3>
        Write commands
        <span>copied in full, with the {reading?.quality === 'good' ? 'present value' : 'value read last'}</span>
      </h3>
      {entries.length === 0 && (
        <p className="text-small mid">No broker entry takes write requests (enable_writeback).</p>
      )}
      {entries.map((entry) => (
        <Line
          key={`${entry.service} ${entry.config.name}`}
          title={`${programs[entry.service]} for ${entryTitle({ service: entry.service, name: entry.config.name })}`}
          program={programs[entry.service]}
          address={requestAddress(entry.service, base(entry.service, config.namespace, entry.config.selector), row.plc)}
          namespace={config.namespace}
          command={writeCommand(entry, base(entry.service, config.namespace, entry.config.selector), parts, shell)}
        />
      ))}
      <Segmented label="Shell" options={shellOptions} value={shell} onValue={setShell} />
    </section>
  )
}

function Line(props: {
  readonly title: string
  readonly program: string
  readonly address: string
  readonly namespace: string
  readonly command: Command
}) {
  const { title, program, address, namespace, command } = props
  if (!command.ok) return <p className="text-small mid">{command.why}</p>
  return (
    <>
      <div className="cmd">
        <span className="mono cut grow" title={command.text}>
          {program} <Address text={address} namespace={namespace} />
        </span>
        <CopyButton text={command.text} what={`${title} command`} />
      </div>
      {command.password && <p className="text-small dim">Reads the password from {command.password}.</p>}
    </>
  )
}
