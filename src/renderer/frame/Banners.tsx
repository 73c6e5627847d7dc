import { useState } from 'react'
import { useStore } from 'zustand'
import { api, connection } from '#renderer/api/index'
import { reloadConfig } from '#renderer/site/change'
import { useClaim, useConfigState } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Banner } from '#renderer/ui/EmptyState.tsx'
import { go, usePlace } from '#renderer/ui/router'
import { claimWords } from '#shared/isolation-words'

/** Only what must be acted on now, with what to do. */
export function Banners() {
  const link = useStore(connection)
  const config = useConfigState()
  const errors = config?.problems.filter(({ severity }) => severity === 'error') ?? []
  return (
    <>
      {link.kind === 'lost' && (
        <Banner
          tone="bad"
          loud
          action={
            <Button small onClick={api.retry}>
              Try now
            </Button>
          }
        >
          No connection to the gateway: {link.why} What is shown is from before.
        </Banner>
      )}
      <ClaimBanner />
      {config?.site.kind === 'failed' && (
        <Banner tone="bad" loud action={<StartAgain />}>
          The gateway does not run: {config.site.error}
        </Banner>
      )}
      {config?.site.kind === 'running' && errors.length > 0 && (
        <Banner
          tone="warn"
          action={
            <Button small onClick={() => go('settings', ['file'])}>
              Show them
            </Button>
          }
        >
          The configuration file was changed and has {errors.length} {errors.length === 1 ? 'error' : 'errors'}. The
          gateway goes on as it was.
        </Banner>
      )}
    </>
  )
}

/** A contested namespace or a standby, on every screen but the one that says it already. */
function ClaimBanner() {
  const claim = useClaim()
  const { screen } = usePlace()
  const kind = claim?.gateway.kind
  if (!claim || (kind !== 'contested' && kind !== 'standby') || screen === 'isolation') return null
  const { text, hint } = claimWords(claim.gateway, claim.namespace, Date.now())
  return (
    <Banner
      tone={kind === 'contested' ? 'bad' : 'warn'}
      loud={kind === 'contested'}
      action={
        <Button small onClick={() => go('isolation')}>
          Look at it
        </Button>
      }
    >
      <b>{text}.</b> {hint}
    </Banner>
  )
}

function StartAgain() {
  const [busy, setBusy] = useState(false)
  async function start() {
    setBusy(true)
    await reloadConfig()
    setBusy(false)
  }
  return (
    <Button small busy={busy} onClick={() => void start()}>
      Start again
    </Button>
  )
}
