import { ShieldCheck } from 'lucide-react'
import { lazy } from 'react'
import { useStore } from 'zustand'
import { site } from '#renderer/site/site'
import type { Screen } from '#renderer/ui/screen'

export const screen: Screen = {
  id: 'isolation',
  title: 'Isolation',
  letter: 'I',
  icon: ShieldCheck,
  Page: lazy(async () => ({ default: (await import('./Page.tsx')).Page })),
  useCount: () =>
    useStore(site, ({ cells }) => {
      const claim = cells.claim?.kind === 'claim' ? cells.claim.value.gateway.kind : undefined
      return claim === 'contested' || claim === 'standby' ? 1 : 0
    }),
}
