/** The look of the window: theme, density and the site's colour, set on the document. */
import type { Preferences, Theme } from './preferences.ts'

const dark = '(prefers-color-scheme: dark)'
const contrast = '(prefers-contrast: more)'

/** Sets it now, and again when the system's own choice changes, until stopped. */
export function showLook({ theme, density, siteColour }: Preferences): () => void {
  const root = document.documentElement
  const set = () => {
    root.dataset.theme = effectiveTheme(theme, matchMedia(dark).matches, matchMedia(contrast).matches)
  }
  set()
  root.dataset.density = density
  root.dataset.site = siteColour
  const queries = [matchMedia(dark), matchMedia(contrast)]
  for (const query of queries) query.addEventListener('change', set)
  return () => {
    for (const query of queries) query.removeEventListener('change', set)
  }
}

export function effectiveTheme(theme: Theme, systemDark: boolean, systemContrast: boolean): Exclude<Theme, 'system'> {
  if (theme !== 'system') return theme
  if (systemContrast) return 'contrast'
  return systemDark ? 'dark' : 'light'
}
