import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Icon } from './Icon.tsx'
import { announce } from './live.ts'
import './Button.css'

const shownMs = 1_600

/** Copies `text`; `what` completes "Copy …" and "… copied". */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), shownMs)
    return () => clearTimeout(timer)
  }, [done])
  async function copy() {
    const ok = await copyText(text)
    setDone(ok)
    announce(ok ? `${what} copied` : `${what}: the clipboard can't be used. Select the text and copy it by keyboard.`)
  }
  return (
    <button
      type="button"
      className={`copy ${done ? 'done' : ''}`}
      aria-label={`Copy ${what}`}
      title={done ? 'Copied' : `Copy ${what}`}
      onClick={() => void copy()}
    >
      <Icon of={done ? Check : Copy} />
    </button>
  )
}

/** False where the clipboard can't be used. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** The old way: works where the window has no permission for the clipboard. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'hidden-text'
  const before = document.activeElement
  document.body.append(area)
  area.select()
  const ok = document.execCommand('copy')
  area.remove()
  if (before instanceof HTMLElement) before.focus()
  return ok
}
