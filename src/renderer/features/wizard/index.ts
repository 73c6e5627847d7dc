import { lazy } from 'react'

/** What fills the window while there is no configuration file. */
export const FirstStart = lazy(async () => ({ default: (await import('./FirstStart.tsx')).FirstStart }))
