import { CSPProvider } from '@base-ui/react/csp-provider'
import { Suspense, useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { Banners } from '#renderer/frame/Banners.tsx'
import { BrokenConfig } from '#renderer/frame/BrokenConfig.tsx'
import { Crash } from '#renderer/frame/Crash.tsx'
import { KeySheet } from '#renderer/frame/KeySheet.tsx'
import { NoConfig, NoConfigBanner, startPlace } from '#renderer/frame/NoConfig.tsx'
import { Palette } from '#renderer/frame/Palette.tsx'
import { Rail } from '#renderer/frame/Rail.tsx'
import { StatusBar } from '#renderer/frame/StatusBar.tsx'
import { useWindowKeys } from '#renderer/frame/use-window-keys'
import { windowCommands } from '#renderer/frame/window-commands'
import { FirstStart, screens } from '#renderer/screens'
import { showLook } from '#renderer/site/look'
import { OnDiskDialog } from '#renderer/site/OnDiskDialog.tsx'
import { preferences, setPreferences } from '#renderer/site/preferences'
import { useConfigState, useNamespace } from '#renderer/site/site'
import { type KeptPaneSizes, PaneSizes } from '#renderer/ui/pane-sizes'
import { type Place, usePlace } from '#renderer/ui/router'
import type { Screen } from '#renderer/ui/screen'
import { Toasts } from '#renderer/ui/Toasts.tsx'
import { TooltipProvider } from '#renderer/ui/Tooltip.tsx'
import './frame/Frame.css'

export function App() {
  const look = useStore(preferences)
  const namespace = useNamespace()
  const place = usePlace()
  const screen = useScreen(place)
  const [open, setOpen] = useState<'palette' | 'sheet'>()
  const opened = useMemo(() => ({ palette: () => setOpen('palette'), sheet: () => setOpen('sheet') }), [])
  const close = () => setOpen(undefined)
  useWindowKeys(screens, opened)
  useEffect(() => showLook(look), [look])
  useEffect(() => {
    document.title = [screen?.title, namespace, 'WarLink'].filter(Boolean).join(' – ')
  }, [screen, namespace])
  return (
    <CSPProvider disableStyleElements>
      <TooltipProvider>
        <PaneSizes value={useKeptPanes()}>
          <div className="app">
            <div className={`site-line ${namespace ? '' : 'none'}`} />
            <button type="button" className="btn skip" onClick={skip}>
              Skip to the screen
            </button>
            <Rail screens={screens} current={screen?.id ?? ''} />
            <main className="main" id="main" tabIndex={-1}>
              <Banners />
              {screen?.withoutConfig && <NoConfigBanner />}
              <Crash key={screen?.id}>
                <Suspense fallback={<div className="screen" aria-busy="true" />}>
                  <Content screen={screen} place={place} />
                </Suspense>
              </Crash>
            </main>
            <StatusBar />
          </div>
          <Palette open={open === 'palette'} onClose={close} commands={windowCommands(screens, opened)} />
          <KeySheet open={open === 'sheet'} onClose={close} screens={screens} screen={screen} />
          <OnDiskDialog />
          <Toasts />
        </PaneSizes>
      </TooltipProvider>
    </CSPProvider>
  )
}

/** The screen one is on; none at the start while there is no configuration: the wizard is there. */
function useScreen({ screen: id }: Place): Screen | undefined {
  const noFile = useConfigState()?.site.kind === 'no-file'
  if (id === startPlace && noFile) return undefined
  return screens.find((one) => one.id === id) ?? screens[0]
}

/** The screen, or what stands in its place while there is no good configuration. */
function Content({ screen, place }: { readonly screen: Screen | undefined; readonly place: Place }) {
  const config = useConfigState()
  if (!screen) return <FirstStart />
  const { Page, title, withoutConfig } = screen
  if (withoutConfig) return <Page path={place.path} query={place.query} />
  if (config?.site.kind === 'broken') return <BrokenConfig config={config} />
  if (config?.site.kind !== 'no-file') return <Page path={place.path} query={place.query} />
  return (
    <div className="screen">
      <header className="head">
        <h1>{title}</h1>
      </header>
      <NoConfig what={title} />
    </div>
  )
}

function useKeptPanes(): KeptPaneSizes {
  const panes = useStore(preferences, (now) => now.panes)
  return useMemo(
    () => ({
      sizes: panes,
      remember: (pane, px) => {
        const now = preferences.getState().panes
        if (now[pane] !== px && px >= 20) setPreferences({ panes: { ...now, [pane]: px } })
      },
    }),
    [panes],
  )
}

function skip() {
  document.getElementById('main')?.focus()
}
