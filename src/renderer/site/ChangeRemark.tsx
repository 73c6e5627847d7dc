import { OctagonX, TriangleAlert } from 'lucide-react'
import { Button } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/Icon.tsx'
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
      return <ChangedOnDisk onShow={change.decide} />
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

function ChangedOnDisk({ onShow }: { readonly onShow: () => void }) {
  return (
    <div className="callout warn" role="alert">
      <Icon of={TriangleAlert} small />
      <span className="grow">Not saved: somebody else changed the file in the meantime.</span>
      <Button small onClick={onShow}>
        Show the difference
      </Button>
    </div>
  )
}
