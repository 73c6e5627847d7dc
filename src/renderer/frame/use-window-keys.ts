import { useEffect } from 'react'
import { preferences } from '#renderer/site/preferences'
import { focusFilter, isOverlaid, isTyping, plainKey } from '#renderer/ui/keys'
import { go } from '#renderer/ui/router'
import type { Screen } from '#renderer/ui/screen'

/**
 * The keys of the window. A screen's own come first: what it has used is not seen here. Letters rest while something is
 * typed or open, and where a person has switched them off.
 */
export function useWindowKeys(
  screens: readonly Screen[],
  open: { readonly palette: () => void; readonly sheet: () => void },
): void {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.defaultPrevented) return
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        if (!isOverlaid()) open.palette()
        return
      }
      if (event.key === 'Escape' && isTyping(event.target) && !isOverlaid()) {
        const field = event.target
        if (field instanceof HTMLElement) field.blur()
        return
      }
      const key = plainKey(event)
      if (key === undefined || isTyping(event.target) || isOverlaid()) return
      if (!preferences.getState().letterKeys) return
      if (act(key)) event.preventDefault()
    }
    function act(key: string): boolean {
      if (key === '/') return focusFilter()
      if (key === '?') {
        open.sheet()
        return true
      }
      if (key.toUpperCase() === 'N') {
        go('settings', ['namespace'])
        return true
      }
      const screen = screens.find(({ letter }) => letter === key.toUpperCase())
      if (screen) go(screen.id)
      return screen !== undefined
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [screens, open])
}
