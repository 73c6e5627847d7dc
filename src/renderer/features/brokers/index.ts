import { Waypoints } from 'lucide-react'
import { lazy } from 'react'
import { useStore } from 'zustand'
import { brokerStates, site } from '#renderer/site/site'
import type { Screen } from '#renderer/ui/screen'
import { watchRates } from './rates.ts'

export { EntryFields } from './EntryFields.tsx'
export { draftOf, type EntryForm, editsOf, emptyForm, entryProblems, testSubject } from './form.ts'

watchRates(site)

export const screen: Screen = {
  id: 'brokers',
  title: 'Brokers',
  letter: 'B',
  icon: Waypoints,
  Page: lazy(async () => ({ default: (await import('./Page.tsx')).Page })),
  useCount: () =>
    useStore(site, (view) => brokerStates(view).filter(({ kind }) => kind === 'waiting' || kind === 'blocked').length),
}
