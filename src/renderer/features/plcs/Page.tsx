import { Cpu, Plus, Radar } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { plcStates, site, useConfig } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { go } from '#renderer/ui/router'
import { SplitPanes } from '#renderer/ui/SplitPanes.tsx'
import type { PageProps } from '#renderer/ui/screen'
import type { DiscoveredDevice } from '#shared/plc'
import type { ConfigView, PlcConfigView } from '#shared/site'
import { Details } from './Details.tsx'
import { Discover } from './Discover.tsx'
import { emptyPlc, foundPlc, type PlcForm, plcForm } from './form.ts'
import { Identity } from './Identity.tsx'
import { PlcEditor } from './PlcEditor.tsx'
import { PlcRow } from './PlcRow.tsx'
import './plcs.css'

const pages = [
  { value: 'settings', label: 'Settings' },
  { value: 'identity', label: 'Identity' },
  { value: 'details', label: 'Details' },
] as const
type PageId = (typeof pages)[number]['value']

/** All PLCs with their state; one of them, or a new one, beside. */
export function Page({ path }: PageProps) {
  const config = useConfig()
  const plcs = config?.plcs ?? []
  const online = useStore(site, (view) => plcStates(view).filter(([, { kind }]) => kind === 'online').length)
  const [searching, setSearching] = useState(false)
  const [found, setFound] = useState<PlcForm>()
  const chosen = plcs.find(({ name }) => name === path[0])
  const fresh = !chosen && path[0] === '+'
  const linked = !chosen && path[0] === 'find'
  const page = pages.find(({ value }) => value === path[1])?.value ?? 'settings'

  function choose(device: DiscoveredDevice) {
    setSearching(false)
    setFound(
      foundPlc(
        device,
        plcs.map(({ name }) => name),
      ),
    )
    go('plcs', ['+'])
  }
  const add = () => {
    setFound(undefined)
    go('plcs', ['+'])
  }

  return (
    <div className="screen plcs parts-screen">
      <header className="head">
        <h1>PLCs</h1>
        <span className="text">
          {plcs.length}, {online} online
        </span>
        <span className="grow" />
        <Button kind="plain" icon={Radar} onClick={() => setSearching(true)}>
          Find on the network
        </Button>
        <Button icon={Plus} onClick={add}>
          Add PLC
        </Button>
      </header>
      <SplitPanes
        panes={[
          { id: 'plcs-list', min: 480 },
          { id: 'plcs-editor', size: 472, min: 360, max: 700 },
        ]}
      >
        <List plcs={plcs} chosen={chosen} onAdd={add} onSearch={() => setSearching(true)} />
        {config && (chosen || fresh) ? (
          <Beside
            key={chosen ? `plc ${chosen.name}` : `new ${found?.address}`}
            config={config}
            chosen={chosen}
            found={found}
            page={page}
          />
        ) : null}
      </SplitPanes>
      <Discover
        open={searching || linked}
        known={plcs.map(({ address }) => address)}
        onClose={() => {
          setSearching(false)
          if (linked) go('plcs')
        }}
        onChoose={choose}
      />
    </div>
  )
}

function List(props: {
  readonly plcs: readonly PlcConfigView[]
  readonly chosen: PlcConfigView | undefined
  readonly onAdd: () => void
  readonly onSearch: () => void
}) {
  const { plcs, chosen, onAdd, onSearch } = props
  if (plcs.length === 0) {
    return (
      <section className="pane">
        <EmptyState
          icon={Cpu}
          title="No PLC yet"
          actions={
            <>
              <Button icon={Plus} onClick={onAdd}>
                Add PLC
              </Button>
              <Button icon={Radar} onClick={onSearch}>
                Find on the network
              </Button>
            </>
          }
        >
          A PLC is added by its address. Test reads who answers there, and the pin makes sure that only that controller
          is written.
        </EmptyState>
      </section>
    )
  }
  return (
    <section className="pane" aria-label="PLCs">
      <ul className="part-list scroll">
        {plcs.map((plc) => (
          <PlcRow key={plc.name} plc={plc} selected={plc === chosen} />
        ))}
      </ul>
    </section>
  )
}

function Beside(props: {
  readonly config: ConfigView
  readonly chosen: PlcConfigView | undefined
  readonly found: PlcForm | undefined
  readonly page: PageId
}) {
  const { config, chosen, found, page } = props
  if (!chosen) {
    return (
      <section className="pane" aria-label="New PLC">
        <div className="bar">
          <h2>New PLC</h2>
        </div>
        <PlcEditor before={undefined} start={found ?? emptyPlc} config={config} />
      </section>
    )
  }
  const before = plcForm(chosen, config.poll_rate)
  return (
    <section className="pane" aria-label={chosen.name}>
      <div className="bar">
        <h2 className="cut">{chosen.name}</h2>
        <span className="grow" />
        <Segmented label="Page" options={pages} value={page} onValue={(next) => go('plcs', [chosen.name, next])} />
      </div>
      {page === 'settings' && <PlcEditor before={before} start={before} config={config} />}
      {page === 'identity' && <Identity plc={chosen} />}
      {page === 'details' && <Details plc={chosen.name} />}
    </section>
  )
}
