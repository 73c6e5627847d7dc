import { Check, OctagonX, TriangleAlert, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { Button } from './Button.tsx'
import { Icon } from './Icon.tsx'
import { dropToast, live, type Toast } from './live.ts'
import './Toasts.css'

const icons = { quiet: Check, warn: TriangleAlert, bad: OctagonX }
/** A mistake stays until it is dismissed: nobody may miss it by looking away. */
const shownMs = { quiet: 8_000, warn: 15_000, bad: undefined }

/** The notes and the live regions; once a window. */
export function Toasts() {
  const { polite, loud, toasts } = useStore(live)
  return (
    <>
      <div className="hidden-text" role="status">
        {polite}
      </div>
      <div className="hidden-text" role="alert">
        {loud}
      </div>
      <section className="toasts" aria-label="Notes">
        {toasts.map((toast) => (
          <Note key={toast.id} toast={toast} />
        ))}
      </section>
    </>
  )
}

function Note({ toast }: { readonly toast: Toast }) {
  const [held, setHeld] = useState(false)
  const { id, tone, text, action, times } = toast
  const ms = shownMs[tone]
  useEffect(() => {
    if (held || ms === undefined) return
    const timer = setTimeout(() => dropToast(id), ms)
    return () => clearTimeout(timer)
  }, [held, id, ms])
  const hold = () => setHeld(true)
  const release = () => setHeld(false)
  return (
    <article className={`toast ${tone}`} onMouseEnter={hold} onMouseLeave={release} onFocus={hold} onBlur={release}>
      <Icon of={icons[tone]} small />
      <span className="grow">
        {text}
        {times > 1 && <span className="dim"> {times} times</span>}
      </span>
      {action && (
        <Button
          small
          onClick={() => {
            dropToast(id)
            action.run()
          }}
        >
          {action.label}
        </Button>
      )}
      <Button small kind="plain" icon={X} aria-label="Dismiss" onClick={() => dropToast(id)} />
    </article>
  )
}
