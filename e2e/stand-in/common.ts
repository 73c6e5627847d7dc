import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Filled in by the executable. */
export const start = { root: process.cwd(), data: '', args: [] as readonly string[] }

export interface PackageFile {
  readonly name: string
  readonly version: string
  readonly productName?: string
}

export function packageFile(): PackageFile {
  return JSON.parse(readFileSync(join(start.root, 'package.json'), 'utf8')) as PackageFile
}

/** A member that the stand-in lacks is an error with a name, not `undefined is not a function`. */
export function loud<T extends object>(what: string, object: T): T {
  return new Proxy(object, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || key === 'then' || key === 'toJSON')
        return Reflect.get(target, key, receiver)
      throw new Error(`the electron stand-in has no ${what}.${key}: add it in e2e/stand-in`)
    },
  })
}

/** An emitter with Electron's many overloads of `on` left open. */
export type Emitter = EventEmitter &
  Record<'on' | 'once' | 'off', (event: string, listener: (...a: never[]) => void) => never>

export function emitter(): Emitter {
  return new EventEmitter() as Emitter
}

/** An event that its listener can prevent. */
export function preventable<T extends object>(content: T) {
  const event = {
    ...content,
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true
    },
  }
  return event
}

/** What tests look at, where the real binary shows it to people alone. */
export const seen = {
  trays: [] as unknown[],
  /** Ids of running blockers. */
  blockers: new Set<number>(),
  relaunches: [] as (readonly string[])[],
}
