/** What can be done by name, in the palette (Ctrl/Cmd+K). */
import { useEffect } from 'react'
import { createStore } from 'zustand/vanilla'

export interface Command {
  readonly id: string
  readonly title: string
  /** Found by these words too. */
  readonly also?: string
  /** As for `KeyHint`; shown only, the key is handled where it belongs. */
  readonly keys?: string
  readonly run: () => void
  /** Why it can't be used now. */
  readonly blocked?: string | undefined
}

/** Commands of what is on the screen now, beside those of all screens. */
export const shownCommands = createStore<readonly Command[]>(() => [])

/** Offers commands while the component is there. */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    shownCommands.setState((now) => [...now, ...commands], true)
    return () => shownCommands.setState((now) => now.filter((command) => !commands.includes(command)), true)
  }, [commands])
}

/** Commands whose title has all words typed, those that begin with them first. */
export function findCommands(commands: readonly Command[], typed: string): Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const matching = commands.filter(({ title, also }) => {
    const text = `${title} ${also ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const first = words[0] ?? ''
  const rank = ({ title }: Command) => (title.toLowerCase().startsWith(first) ? 0 : 1)
  return matching
    .map((command, at) => ({ command, at }))
    .sort((a, b) => rank(a.command) - rank(b.command) || a.at - b.at)
    .map(({ command }) => command)
}
