import { Search } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { type Command, findCommands, shownCommands } from '#renderer/ui/commands'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { KeyHint } from '#renderer/ui/KeyHint.tsx'
import { tableMove } from '#renderer/ui/table-keys'

const mostShown = 60

/** Everything that can be done, by name. */
export function Palette(props: {
  readonly open: boolean
  readonly onClose: () => void
  readonly commands: readonly Command[]
}) {
  const { open, onClose } = props
  const shown = useStore(shownCommands)
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const chosen = useRef<Command | undefined>(undefined)
  const inputRef = useRef<HTMLInputElement>(null)
  const listId = useId()
  const found = findCommands([...shown, ...props.commands], typed).slice(0, mostShown)
  const active = Math.min(at, found.length - 1)

  useEffect(() => {
    document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: 'nearest' })
  }, [listId, active])

  function type(text: string) {
    setTyped(text)
    setAt(0)
  }
  function choose(command: Command | undefined) {
    if (!command || command.blocked !== undefined) return
    chosen.current = command
    onClose()
  }
  /** Only when the focus is back where it was: a command may take it elsewhere. */
  function closed() {
    const command = chosen.current
    chosen.current = undefined
    setTyped('')
    setAt(0)
    command?.run()
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter') {
      event.preventDefault()
      return choose(found[active])
    }
    const to = event.key === 'Home' || event.key === 'End' ? undefined : tableMove(event.key, active, found.length, 10)
    if (to === undefined) return
    event.preventDefault()
    setAt(to)
  }
  return (
    <Dialog open={open} onClose={onClose} onClosed={closed} title="Commands" top initialFocus={inputRef}>
      <div className="palette-input">
        <Input
          ref={inputRef}
          icon={Search}
          value={typed}
          onValue={type}
          onKeyDown={onKeyDown}
          placeholder="What to do, or where to go"
          aria-label="Command"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={active >= 0 ? `${listId}-${active}` : undefined}
        />
      </div>
      <ul className="palette-list" role="listbox" id={listId} aria-label="Commands">
        {found.map((command, i) => (
          <li
            key={command.id}
            id={`${listId}-${i}`}
            role="option"
            aria-selected={i === active}
            aria-disabled={command.blocked !== undefined || undefined}
            onMouseMove={() => setAt(i)}
            onClick={() => choose(command)}
          >
            {command.title}
            {command.blocked ? (
              <span className="why">{command.blocked}</span>
            ) : (
              command.keys && <KeyHint keys={command.keys} />
            )}
          </li>
        ))}
        {found.length === 0 && (
          <li role="option" aria-selected="false" aria-disabled="true">
            Nothing is called so
          </li>
        )}
      </ul>
    </Dialog>
  )
}
