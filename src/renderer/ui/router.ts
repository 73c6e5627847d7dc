/** Where one is: the part of the page's address behind `#`. */
import { useMemo, useSyncExternalStore } from 'react'

export interface Place {
  /** Id of the screen; '' at the start. */
  readonly screen: string
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

/** `#/settings/namespace?x=1` taken apart; parts are decoded, and what can't be decoded stays as it is. */
export function parsePlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2)
  const [screen = '', ...rest] = path.split('/').map(decoded)
  return { screen, path: rest.filter((part) => part !== ''), query: new URLSearchParams(query) }
}

/** The address of a place, for `href` and `go`. */
export function placeHash(screen: string, path: readonly string[] = [], query: Readonly<Record<string, string>> = {}) {
  const search = new URLSearchParams(query).toString()
  return `#/${[screen, ...path].map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`
}

/** Goes to a screen. */
export function go(screen: string, path?: readonly string[], query?: Readonly<Record<string, string>>): void {
  location.hash = placeHash(screen, path, query)
}

/** Goes there in place of where one is: the way back does not lead here again. */
export function replacePlace(screen: string, path?: readonly string[]): void {
  location.replace(placeHash(screen, path))
}

/** The same object as long as one stays. */
export function usePlace(): Place {
  const hash = useSyncExternalStore(listen, () => location.hash)
  return useMemo(() => parsePlace(hash), [hash])
}

function listen(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
