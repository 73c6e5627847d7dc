import { OctagonX, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Difference } from '#renderer/ui/Difference.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
import { placeHash } from '#renderer/ui/router'
import type { Change } from './use-change.ts'

/** Why a change was not saved, and what can be done: shown in the form it was made in. Nothing where all is well. */
export function ChangeRemark({ change }: { readonly change: Change }) {
  const { outcome } = change
  switch (outcome?.kind) {
    case undefined:
      return null
    case 'refused':
    case 'failed':
      return <Remark>Not saved: {outcome.error}</Remark>
    case 'invalid':
      return (
        <Remark>
          Not saved, the configuration would have {outcome.problems.length === 1 ? 'a mistake' : 'mistakes'}:
          <ul className="change-problems">
            {outcome.problems.map((problem) => (
              <li key={`${problem.path} ${problem.text}`}>
                {problem.path && <span className="mono">{problem.path}</span>} {problem.text}
              </li>
            ))}
          </ul>
        </Remark>
      )
    case 'changed-on-disk':
      return <ChangedOnDisk change={change} lines={outcome.difference} />
  }
}

function Remark({ children }: { readonly children: React.ReactNode }) {
  return (
    <div className="callout bad" role="alert">
      <Icon of={OctagonX} small />
      <div className="grow">{children}</div>
    </div>
  )
}

type Lines = Extract<NonNullable<Change['outcome']>, { kind: 'changed-on-disk' }>['difference']

function ChangedOnDisk({ change, lines }: { readonly change: Change; readonly lines: Lines }) {
  const [open, setOpen] = useState(true)
  return (
    <>
      <div className="callout warn" role="alert">
        <Icon of={TriangleAlert} small />
        <span className="grow">Not saved: somebody else changed the file in the meantime.</span>
        <Button small onClick={() => setOpen(true)}>
          Show the difference
        </Button>
      </div>
      <Dialog
        open={open}
        wide
        title="The file was changed by somebody else"
        onClose={() => setOpen(false)}
        footer={
          <>
            <a className="link" href={placeHash('settings', ['file'])}>
              Look at the file
            </a>
            <span className="grow" />
            <Button onClick={() => setOpen(false)}>Decide later</Button>
            <Button busy={change.busy} onClick={() => void change.reload()}>
              Reload the file
            </Button>
            <Button kind="danger" busy={change.busy} onClick={() => void change.overwrite()}>
              Save my change over it
            </Button>
          </>
        }
      >
        <p>
          From what this window has read to what is in the file now. <b>Reload</b> takes it over; what you typed stays
          in the form. <b>Save over it</b> applies your change to the version this window knows, and their change is
          lost (a copy is in the .bak file).
        </p>
        <Difference lines={lines} label="Difference of the file" />
      </Dialog>
    </>
  )
}
