import type { ReactNode } from 'react'
import { NotSaved } from '#renderer/site/Part.tsx'
import { Button } from '#renderer/ui/Button.tsx'

/** End of a form: save, revert, and whether something is typed that the file does not say. */
export function SaveLine(props: {
  readonly typed: boolean
  readonly onRevert: () => void
  /** The button that saves. */
  readonly children: ReactNode
}) {
  const { typed, onRevert, children } = props
  return (
    <div className="save-line">
      {children}
      <Button blocked={typed ? undefined : 'Nothing was changed.'} onClick={onRevert}>
        Revert
      </Button>
      {typed && <NotSaved />}
    </div>
  )
}
