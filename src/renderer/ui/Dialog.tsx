import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'
import { Button } from './Button.tsx'
import './Popup.css'

export interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly children: ReactNode
  /** Left to right: remarks, `<span className="grow" />`, cancel, the action. */
  readonly footer?: ReactNode
  readonly wide?: boolean
  /** Near the upper edge: for what is typed into. */
  readonly top?: boolean
  readonly initialFocus?: RefObject<HTMLElement | null>
  /** Called when it has been closed and its place is free. */
  readonly onClosed?: () => void
}

/** A question or a form over the screen. Escape closes it; the focus goes back to where it was. */
export function Dialog(props: DialogProps) {
  const { open, onClose, title, children, footer, wide, top, initialFocus, onClosed } = props
  const classes = ['dialog', wide && 'wide', top && 'top'].filter(Boolean).join(' ')
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => !next && onClose()}
      onOpenChangeComplete={(next) => !next && onClosed?.()}
    >
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className={classes} {...(initialFocus ? { initialFocus } : {})}>
          <header>
            <Base.Title>{title}</Base.Title>
            <Button kind="plain" icon={X} aria-label="Close" onClick={onClose} />
          </header>
          <div className="body">{children}</div>
          {footer && <footer>{footer}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
