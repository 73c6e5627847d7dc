import { Plus, Trash2, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { api } from '#renderer/api/index'
import { serviceTitles } from '#renderer/site/chips'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { State } from '#renderer/ui/State.tsx'
import { spanText } from '#renderer/ui/times'
import { useNow } from '#renderer/ui/use-now'
import type { Heard, OtherSite } from '#shared/isolation'
import { limits } from '#shared/isolation-run'
import { serialText } from '#shared/plc'
import { SitesDialog } from './SitesDialog.tsx'
import { ask, type Isolation } from './use-isolation.ts'

/** Heard within this time counts as live. */
const liveMs = 20_000

/** Who else is on these brokers: other sites, guests under our base, and the limits of what can be known. */
export function Others({ isolation, namespace }: { readonly isolation: Isolation; readonly namespace: string }) {
  const [adding, setAdding] = useState(false)
  const { status, claim, refresh } = isolation
  const heard = claim?.entries.flatMap((entry) => entry.heard) ?? []
  return (
    <section className="pane" aria-label="Others">
      <div className="scroll side">
        <div className="side-head">
          <h2 className="side-title">Other sites on these brokers</h2>
          <Button small kind="plain" icon={Plus} aria-label="Add other sites" onClick={() => setAdding(true)} />
        </div>
        {status?.sites.length === 0 && (
          <p className="mid">None is known. Add those that share these brokers, so that names are compared.</p>
        )}
        {status?.sites.map((site) => (
          <Site key={site.namespace} site={site} onRemoved={refresh} />
        ))}
        {heard.length > 0 && <h2 className="side-title">Under our base, not from us</h2>}
        {heard.map((one) => (
          <Guest key={`${one.entry.service} ${one.entry.name} ${one.address}`} heard={one} namespace={namespace} />
        ))}
        <h2 className="side-title">Limits of this report</h2>
        <ul className="limits">
          {limits.map((limit) => (
            <li key={limit}>{limit}</li>
          ))}
        </ul>
      </div>
      {adding && (
        <SitesDialog
          onClose={() => {
            setAdding(false)
            refresh()
          }}
        />
      )}
    </section>
  )
}

/** Where a site is known from. A CSV list is a site list too. */
const sources = {
  typed: 'the site list',
  configuration: 'its configuration',
  heard: 'the brokers',
} as const

function Site({ site, onRemoved }: { readonly site: OtherSite; readonly onRemoved: () => void }) {
  const now = useNow(2_000)
  const { namespace, site: name, instance, plcs = [], heardOn, heardAt, from } = site
  const live = heardAt !== undefined && now - heardAt < liveMs
  const remove = async () => {
    if (await ask(api.call('isolation.removeSite', { namespace }))) onRemoved()
  }
  return (
    <div className="other">
      <div className="top">
        <b className="mono cut grow">{namespace}</b>
        <State kind={live ? 'ok' : 'off'}>{live ? 'live' : heardAt === undefined ? 'listed' : 'silent'}</State>
        {from.includes('typed') && (
          <Button
            small
            kind="plain"
            icon={Trash2}
            aria-label={`Remove ${namespace} from the list`}
            onClick={() => void remove()}
          />
        )}
      </div>
      {(name || instance) && <div>{[name, instance?.slice(0, 8)].filter(Boolean).join(', ')}</div>}
      {plcs.map((plc) => (
        <div key={plc.name}>
          {plc.name}, serial <span className="mono">{plc.serial ? serialText(plc.serial) : 'unknown'}</span>
        </div>
      ))}
      {heardAt !== undefined && (
        <div>
          {[...new Set(heardOn.map(({ service }) => serviceTitles[service]))].join(', ')}, heard{' '}
          {spanText(now - heardAt)} ago
        </div>
      )}
      <div>from {from.map((one) => sources[one]).join(', ')}</div>
    </div>
  )
}

function Guest({ heard, namespace }: { readonly heard: Heard; readonly namespace: string }) {
  const { kind, address, count, preview } = heard
  return (
    <div className="other" title={preview}>
      <div className="top">
        <span className="cut grow">
          <Address text={address} namespace={namespace} />
        </span>
        <State kind={kind === 'guest' ? 'warn' : 'bad'}>{kind}</State>
      </div>
      <div>
        {count.toLocaleString('en-US')} {count === 1 ? 'message' : 'messages'}
        {kind === 'stranger' && (
          <>
            {' '}
            <TriangleAlert className="icon small" aria-hidden="true" /> acts as if it were this gateway
          </>
        )}
      </div>
    </div>
  )
}
