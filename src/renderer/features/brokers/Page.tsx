import { Plus, Waypoints } from 'lucide-react'
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { serviceTitles } from '#renderer/site/chips'
import { brokerStates, site, useConfig } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Menu } from '#renderer/ui/Menu.tsx'
import { go } from '#renderer/ui/router'
import { SplitPanes } from '#renderer/ui/SplitPanes.tsx'
import type { PageProps } from '#renderer/ui/screen'
import { Time } from '#renderer/ui/Time.tsx'
import { services } from '#shared/broker'
import type { CommandEntry } from '#shared/commands'
import type { ConfigView } from '#shared/site'
import { EntryEditor } from './EntryEditor.tsx'
import { EntryRow } from './EntryRow.tsx'
import { allEntries } from './entries.ts'
import type { BrokerEvent } from './events.ts'
import { emptyForm, formOf } from './form.ts'
import { useBrokerEvents, useProofs } from './use-events.ts'
import { stateWords } from './words.ts'
import './brokers.css'

/** All broker entries with their state; one of them, or a new one, in the editor beside. */
export function Page({ path }: PageProps) {
  const config = useConfig()
  const entries = useMemo(() => (config ? allEntries(config) : []), [config])
  const online = useStore(site, (view) => brokerStates(view).filter((one) => stateWords(one).kind === 'ok').length)
  const [first, second] = path
  const chosen = entries.find(({ service, config: { name } }) => service === first && name === second)
  const fresh = services.find((service) => first === 'new' && service === second)
  return (
    <div className="screen brokers parts-screen">
      <header className="head">
        <h1>Brokers</h1>
        <span className="text">
          {entries.length} {entries.length === 1 ? 'entry' : 'entries'}, {online} online
        </span>
        <span className="grow" />
        <AddButton />
      </header>
      <SplitPanes
        panes={[
          { id: 'brokers-list', min: 480 },
          { id: 'brokers-editor', size: 472, min: 360, max: 700 },
        ]}
      >
        <List entries={entries} chosen={chosen} config={config} />
        {config && (chosen || fresh) ? (
          <EntryEditor
            key={chosen ? `${chosen.service} ${chosen.config.name}` : `new ${fresh}`}
            before={chosen && formOf(chosen)}
            start={chosen ? formOf(chosen) : emptyForm(fresh ?? 'mqtt')}
            config={config}
          />
        ) : null}
      </SplitPanes>
    </div>
  )
}

function AddButton() {
  return (
    <Menu
      trigger={<Button icon={Plus}>Add broker</Button>}
      items={services.map((service) => ({ label: serviceTitles[service], run: () => go('brokers', ['new', service]) }))}
    />
  )
}

function List(props: {
  readonly entries: readonly CommandEntry[]
  readonly chosen: CommandEntry | undefined
  readonly config: ConfigView | undefined
}) {
  const { entries, chosen, config } = props
  const proofOf = useProofs()
  const events = useBrokerEvents()
  if (entries.length === 0) {
    return (
      <section className="pane">
        <EmptyState
          icon={Waypoints}
          title="No broker yet"
          actions={services.map((service) => (
            <Button key={service} icon={Plus} onClick={() => go('brokers', ['new', service])}>
              Add {serviceTitles[service]}
            </Button>
          ))}
        >
          Values go out to MQTT, Valkey/Redis or Kafka, and write requests come back the same way. Each entry is tried
          with Test before it is saved.
        </EmptyState>
      </section>
    )
  }
  return (
    <section className="pane" aria-label="Entries">
      <div className="scroll">
        <ul className="part-list">
          {entries.map((entry) => (
            <EntryRow
              key={`${entry.service} ${entry.config.name}`}
              entry={entry}
              selected={entry === chosen}
              proof={proofOf({ service: entry.service, name: entry.config.name })}
              published={publishedTo(entry, config)}
            />
          ))}
        </ul>
        <Events events={events} />
      </div>
    </section>
  )
}

function publishedTo({ config: { plcs } }: CommandEntry, config: ConfigView | undefined): number {
  return (config?.plcs ?? [])
    .filter(({ name, enabled }) => enabled && (!plcs || plcs.includes(name)))
    .reduce((sum, { tagCount }) => sum + tagCount, 0)
}

function Events({ events }: { readonly events: readonly BrokerEvent[] }) {
  return (
    <section aria-label="Events">
      <div className="bar">
        <h2>Events</h2>
        <span className="dim text-small">repeats are counted</span>
        <span className="grow" />
        <span className="dim text-small cut">
          Values wait once per tag, newest only. Write requests that waited are refused.
        </span>
      </div>
      {events.length === 0 ? (
        <p className="none dim">Connections, losses and what the brokers refuse are listed here.</p>
      ) : (
        <table className="t events">
          <colgroup>
            <col className="when" />
            <col className="which" />
            <col />
            <col className="often" />
          </colgroup>
          <thead className="hidden-text">
            <tr>
              <th>Time, UTC</th>
              <th>Entry</th>
              <th>What</th>
              <th>How often</th>
            </tr>
          </thead>
          <tbody>
            {events.slice(0, 30).map((event) => (
              <tr key={event.key}>
                <td className="when">
                  <Time at={event.at} />
                </td>
                <td className="which">{event.entry}</td>
                <td title={event.text}>{event.text}</td>
                <td className="num dim">{event.times === 1 ? 'once' : `${event.times} times`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
