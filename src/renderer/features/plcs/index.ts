import { Cpu } from 'lucide-react'
import { lazy } from 'react'
import { useStore } from 'zustand'
import { plcStates, site } from '#renderer/site/site'
import type { Screen } from '#renderer/ui/screen'

export { Discover } from './Discover.tsx'
export { emptyPlc, foundPlc, type PlcForm, plcDraftOf, plcEdits, plcProblems, plcWay } from './form.ts'
export { PlcFields } from './PlcFields.tsx'
export { pinOf } from './pin.ts'

export const screen: Screen = {
  id: 'plcs',
  title: 'PLCs',
  letter: 'P',
  icon: Cpu,
  Page: lazy(async () => ({ default: (await import('./Page.tsx')).Page })),
  useCount: () => useStore(site, (view) => plcStates(view).filter(([, { kind }]) => kind === 'waiting').length),
}
