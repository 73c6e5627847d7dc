/** What the desktop keeps between two starts, each in a small JSON file. A file that is broken or missing is as new. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

export interface Kept<T> {
  get(): T
  /** Written at once; where that fails the value lasts as long as the process. */
  set(value: T): void
}

export function createKept<T>(file: string, schema: z.ZodType<T>, absent: T): Kept<T> {
  let value = read(file, schema) ?? absent
  return {
    get: () => value,
    set: (next) => {
      value = next
      try {
        mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
        writeFileSync(`${file}.new`, JSON.stringify(next), { mode: 0o600 })
        renameSync(`${file}.new`, file)
      } catch {
        // No room or no right: a convenience is lost, nothing else.
      }
    },
  }
}

function read<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    return undefined
  }
}

/** Size and place of the window, in px. */
export const windowPlaceSchema = z.object({
  x: z.number().int().exactOptional(),
  y: z.number().int().exactOptional(),
  width: z.number().int().min(1).max(100_000),
  height: z.number().int().min(1).max(100_000),
  maximized: z.boolean(),
})
export type WindowPlace = z.infer<typeof windowPlaceSchema>

/** A panel PC's whole screen; a larger one shows more. */
export const firstPlace: WindowPlace = { width: 1366, height: 768, maximized: false }

export const settingsSchema = z.object({ keepRunning: z.boolean() })
export type Settings = z.infer<typeof settingsSchema>

/** Configuration files that were opened, newest first. */
export const recentSchema = z.array(z.string().min(1).max(4_096)).max(100)
const mostRecent = 10

export function withRecent(recent: readonly string[], opened: string): string[] {
  return [opened, ...recent.filter((file) => file !== opened)].slice(0, mostRecent)
}

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** How much of a window must be on a screen for its user to get hold of it, in px. */
const graspPx = 100

/** The same place where a screen still shows it; a window of a screen that is gone opens where the OS puts it. */
export function placeOn(place: WindowPlace, screens: readonly Area[]): WindowPlace {
  const { x, y, width, height, maximized } = place
  if (x === undefined || y === undefined) return place
  const isSeen = screens.some(
    (screen) =>
      Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x) >= graspPx &&
      y >= screen.y - 10 &&
      y <= screen.y + screen.height - graspPx,
  )
  return isSeen ? place : { width, height, maximized }
}
