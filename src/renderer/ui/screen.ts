import type { LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'
import type { Command } from './commands.ts'

/** A screen of the window: what `features/‹x›/index.ts` exports as `screen` and `renderer/screens.ts` lists. */
export interface Screen {
  /** Its first part in the address: `#/tags`. */
  readonly id: string
  readonly title: string
  /** Key that goes there, a capital letter; it stands in the rail. */
  readonly letter: string
  readonly icon: LucideIcon
  /** Works without a configuration, and says itself what it lacks. Absent: what needs to be done stands in its place. */
  readonly withoutConfig?: boolean
  /** Lazy: `lazy(async () => ({ default: (await import('./Page.tsx')).Page }))`; it fills `main` (a `div.screen` with a `.head`). */
  readonly Page: ComponentType<PageProps>
  /** Commands for the palette that work wherever one is. */
  readonly commands?: readonly Command[]
  /** Keys of the screen, for the sheet (`?`). */
  readonly keys?: readonly KeyHelp[]
  /** At the foot of the rail in place of its head (Settings). */
  readonly last?: boolean
  /** A number on its icon where somebody must look, e.g. entries in trouble. */
  readonly useCount?: () => number
}

export interface PageProps {
  /** What follows the screen's id in the address: `#/settings/namespace` → `['namespace']`. */
  readonly path: readonly string[]
  /** Behind the `?` of the address: `#/writeback?plc=Main%20PLC&tag=Counter`. */
  readonly query: URLSearchParams
}

export interface KeyHelp {
  /** As for `KeyHint`. */
  readonly keys: string
  readonly does: string
}
