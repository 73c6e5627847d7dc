import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { api } from '#renderer/api/index'
import { countNames } from '#renderer/features/settings/index'
import { followTags, tagStore } from '#renderer/features/tags/index'
import { plcStates, site, useConfig, useIdentity, useWriteMode } from '#renderer/site/site'
import { placeHash } from '#renderer/ui/router'
import { State } from '#renderer/ui/State.tsx'
import { services } from '#shared/broker'
import type { ConfigView } from '#shared/site'
import type { EndedRequest } from '#shared/write'
import { checklist, type GuideItem, troubleshooting } from './guide.ts'
import type { Isolation } from './use-isolation.ts'

/** The guide's checklist and troubleshooting, each with what this gateway knows and the way to where it is done. */
export function Guide({ isolation }: { readonly isolation: Isolation }) {
  const config = useConfig()
  const mode = useWriteMode()
  const refused = useRefused()
  const offline = useStore(site, (view) =>
    plcStates(view)
      .flatMap(([plc, { kind }]) => (kind === 'waiting' ? [plc] : []))
      .join('\n'),
  )
  const names = useNameCount(config)
  if (!config) return null
  const known = {
    namespace: config.namespace,
    claim: isolation.claim,
    sites: isolation.status?.sites ?? [],
    names,
    entries: services.reduce((sum, service) => sum + config[service].filter(({ enabled }) => enabled).length, 0),
    mode,
    plcsOffline: offline === '' ? [] : offline.split('\n'),
    writableTags: config.plcs.reduce((sum, { writableCount }) => sum + writableCount, 0),
    refused,
  }
  return (
    <div className="scroll guide">
      <section aria-label="Verification checklist">
        <h2>Verification checklist</h2>
        <p className="mid">
          Before several instances share brokers. What this gateway can prove by itself is in the twelve checks.
        </p>
        <Items items={checklist(known)} />
      </section>
      <section aria-label="Troubleshooting">
        <h2>Troubleshooting</h2>
        <p className="mid">What people see, and what this gateway knows of it now.</p>
        <Items items={troubleshooting(known)} />
      </section>
    </div>
  )
}

function Items({ items }: { readonly items: readonly GuideItem[] }) {
  return (
    <ul>
      {items.map(({ id, title, state, word, known, links }) => (
        <li key={id}>
          <div className="guide-head">
            <b>{title}</b>
            <State kind={state}>{word}</State>
          </div>
          {known.map((line) => (
            <p key={line} className="mid">
              {line}
            </p>
          ))}
          <p className="guide-links">
            {links.map(({ text, screen, path }) => (
              <a key={text} href={placeHash(screen, path)}>
                {text}
              </a>
            ))}
          </p>
        </li>
      ))}
    </ul>
  )
}

/** Every name of the site, as the namespace's table has them; undefined until all tags are read. */
function useNameCount(config: ConfigView | undefined): number | undefined {
  const indexes = useStore(tagStore, (now) => now.indexes)
  const identity = useIdentity()
  useEffect(followTags, [])
  return useMemo(() => {
    const isRead = config?.plcs.every(({ name, tagCount }) => (indexes[name]?.configured.size ?? -1) === tagCount)
    if (!config || !isRead) return undefined
    return countNames(config, (plc) => [...(indexes[plc]?.configured.values() ?? [])], identity)
  }, [config, indexes, identity])
}

/** Requests refused lately, newest first. */
function useRefused(): readonly EndedRequest[] {
  const [refused, setRefused] = useState<readonly EndedRequest[]>([])
  useEffect(
    () =>
      api.subscribe(
        'writeback.requests',
        {},
        {
          onBegin: () => setRefused([]),
          onItems: (items) =>
            setRefused((now) =>
              [...items.filter(({ outcome }) => outcome === 'refused').toReversed(), ...now].slice(0, 100),
            ),
        },
      ),
    [],
  )
  return refused
}
