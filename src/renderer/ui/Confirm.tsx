import { type ReactNode, useState } from 'react'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { Field } from './Field.tsx'
import { Input } from './Input.tsx'

export interface ConfirmProps {
  readonly open: boolean
  readonly title: string
  /** What will happen, in full. */
  readonly children: ReactNode
  /** What the button does: `Remove Packaging`. */
  readonly action: string
  readonly kind?: 'primary' | 'danger'
  /** A word to be typed before the button works: for what moves machines or can't be undone. */
  readonly typed?: string
  readonly busy?: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** A named confirmation. */
export function Confirm(props: ConfirmProps) {
  const { open, title, children, action, kind = 'primary', typed, busy, onConfirm, onClose } = props
  const [text, setText] = useState('')
  const blocked = typed !== undefined && text !== typed ? `Type ${typed} first.` : undefined
  const close = () => {
    setText('')
    onClose()
  }
  const confirm = () => {
    if (blocked !== undefined || busy) return
    setText('')
    onConfirm()
  }
  const footer = (
    <>
      <span className="grow" />
      <Button onClick={close}>Cancel</Button>
      <Button kind={kind} blocked={blocked} {...(busy ? { busy } : {})} onClick={confirm}>
        {action}
      </Button>
    </>
  )
  return (
    <Dialog open={open} onClose={close} title={title} footer={footer}>
      {children}
      {typed !== undefined && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            confirm()
          }}
        >
          <Field column label={<>Type “{typed}” to confirm</>}>
            <Input value={text} onValue={setText} mono autoFocus />
          </Field>
        </form>
      )}
    </Dialog>
  )
}
