import { FileX2 } from 'lucide-react'
import { useConfigState } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Banner, EmptyState } from '#renderer/ui/EmptyState.tsx'
import { go } from '#renderer/ui/router'

/** Where the wizard is while there is no configuration; the first screen else. */
export const startPlace = ''

/** In place of what needs a configuration: why it is not there, and how to come to one. `what` begins the sentence. */
export function NoConfig({ what }: { readonly what: string }) {
  const config = useConfigState()
  const broken = config?.site.kind === 'broken'
  return (
    <EmptyState
      icon={FileX2}
      title={`${what} needs a configuration`}
      actions={broken ? <ShowErrors /> : <SetUp primary />}
    >
      <span className="mono">{config?.path}</span>{' '}
      {broken
        ? 'has errors, so no gateway runs.'
        : 'does not exist yet. What is typed into the set-up is kept while the window is open.'}
    </EmptyState>
  )
}

/** Over screens that work all the same: that there is no configuration, and how to come to one. */
export function NoConfigBanner() {
  const config = useConfigState()
  if (config?.site.kind === 'no-file')
    return (
      <Banner tone="warn" action={<SetUp />}>
        This site is not set up yet: nothing is read or published.
      </Banner>
    )
  if (config?.site.kind === 'broken')
    return (
      <Banner tone="bad" action={<ShowErrors />}>
        The configuration has errors: no gateway runs, nothing is read or published.
      </Banner>
    )
  return null
}

function SetUp({ primary }: { readonly primary?: boolean }) {
  return (
    <Button small={!primary} kind={primary ? 'primary' : 'normal'} onClick={() => go(startPlace)}>
      Set up this site
    </Button>
  )
}

function ShowErrors() {
  return (
    <Button small onClick={() => go('settings', ['file'])}>
      Show the errors
    </Button>
  )
}
