import { Download } from 'lucide-react'
import { useCallback, useEffect } from 'react'
import { useStore } from 'zustand'
import { entryTitle } from '#renderer/site/chips'
import { site } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { download } from '#renderer/ui/download'
import { isOverlaid } from '#renderer/ui/keys'
import { showToast } from '#renderer/ui/live'
import { go } from '#renderer/ui/router'
import { SplitPanes } from '#renderer/ui/SplitPanes.tsx'
import type { PageProps } from '#renderer/ui/screen'
import { services } from '#shared/broker'
import { Checks } from './Checks.tsx'
import { firstRefusal } from './check-list.ts'
import type { Draft } from './draft.ts'
import { History } from './History.tsx'
import { exportText, type Sent } from './history.ts'
import { Journal } from './Journal.tsx'
import { NegativeBar } from './NegativeBar.tsx'
import { entryForTag } from './place.ts'
import { RequestForm } from './RequestForm.tsx'
import { Result } from './Result.tsx'
import { tester } from './the-tester.ts'
import { afterLines, casesOf, sendNegative, sendTested, useTester, whyNot, whyNothing } from './use-tester.ts'
import { Why } from './Why.tsx'
import './writeback.css'

const views = [
  { value: 'tester', label: 'Tester' },
  { value: 'why', label: 'Why?' },
  { value: 'journal', label: 'Journal' },
] as const
type View = (typeof views)[number]['value']

const sayings: Readonly<Record<View, string>> = {
  tester: 'A client of the broker like any other: what it sends goes through the same checks',
  why: 'Paste a request that was not done: the first check that refuses it, and the repair',
  journal: 'Every request that reached this gateway, whoever sent it',
}

/** The write-back screen: send a request and see what becomes of it. */
export function Page({ path, query }: PageProps) {
  const view = views.find(({ value }) => value === path[0])?.value ?? 'tester'
  return (
    <div className="screen wb">
      <header className="head">
        <h1>Write-back</h1>
        <Segmented
          label="View"
          options={views}
          value={view}
          onValue={(next) => go('writeback', next === 'tester' ? [] : [next])}
        />
        <span className="text cut">{sayings[view]}</span>
        <span className="grow" />
        {view === 'tester' && <ExportButton />}
      </header>
      {view === 'tester' && <TesterView query={query} />}
      {view === 'why' && <Why />}
      {view === 'journal' && <Journal />}
    </div>
  )
}

function ExportButton() {
  const history = useStore(tester.store, (state) => state.history)
  return (
    <Button
      kind="plain"
      icon={Download}
      blocked={history.length === 0 ? 'Nothing was sent yet.' : undefined}
      onClick={() => download('write-back-history.jsonl', exportText(history), 'application/x-ndjson')}
    >
      Export history
    </Button>
  )
}

function TesterView({ query }: { readonly query: URLSearchParams }) {
  const { history, shown, running } = useStore(tester.store)
  const tested = useTester()
  const sent = history.find(({ key }) => key === shown)
  usePreset(query)
  useKeys(() => whyNot(tested) === undefined && sendTested(tested))
  const refusal = firstRefusal(tested.explained.steps)
  const onRepeat = useCallback((one: Sent) => tester.repeat(one), [])
  return (
    <SplitPanes
      rows
      panes={[
        { id: 'wb-top', size: 446, min: 260 },
        { id: 'wb-history', min: 100 },
      ]}
    >
      <SplitPanes
        panes={[
          { id: 'wb-request', size: 424, min: 340 },
          { id: 'wb-checks', size: 344, min: 240 },
          { id: 'wb-result', min: 320 },
        ]}
      >
        <RequestForm tested={tested} />
        <section className="pane" aria-label="Checks">
          <div className="bar">
            <h2>{refusal ? 'Why it would be refused' : 'Why it would be taken'}</h2>
            <span className="grow" />
            <span className="dim text-small">dry run while you type</span>
          </div>
          <div className="scroll">
            <Checks
              explained={tested.explained}
              service={tested.entry?.service ?? 'mqtt'}
              namespace={tested.namespace}
              after={afterLines(tested)}
            />
          </div>
        </section>
        <Result sent={sent} running={running === shown} namespace={tested.namespace} onGiveUp={tester.giveUp} />
      </SplitPanes>
      <div className="wb-below">
        <NegativeBar
          cases={casesOf(tested)}
          blocked={whyNothing(tested)}
          onSend={(negative) => sendNegative(tested, negative)}
        />
        <History history={history} shown={shown} onShow={({ key }) => tester.show(key)} onRepeat={onRepeat} />
      </div>
    </SplitPanes>
  )
}

/** `#/writeback?plc=…&tag=…` or `?service=…&entry=…`: what another screen has chosen. */
function usePreset(query: URLSearchParams) {
  const plc = query.get('plc')
  const tag = query.get('tag')
  const service = services.find((one) => one === query.get('service'))
  const name = query.get('entry')
  useEffect(() => {
    if (service && name !== null) tester.change({ entry: { service, name }, edited: undefined })
  }, [service, name])
  useEffect(() => {
    if (plc === null || tag === null) return
    tester.change({ plc, tag, text: '', edited: undefined, retain: false, ...entryFor(plc) })
  }, [plc, tag])
}

/** The broker for a tag of this PLC; says so where it is another than the one chosen last. */
function entryFor(plc: string): Pick<Draft, 'entry'> {
  const config = site.getState().config?.config
  const before = tester.store.getState().draft.entry
  if (!config) return {}
  const entry = entryForTag(before, plc, config)
  if (before && entry && entry !== before) {
    const text = `Writes to ${plc} go through ${entryTitle(entry)} now: ${entryTitle(before)}, chosen last, does not serve it.`
    showToast({ text })
  }
  return { entry }
}

/** One press sends one request: not one that repeats by itself, and none that a table or something over the screen has used. */
function useKeys(send: () => void) {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.defaultPrevented || event.repeat || isOverlaid()) return
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault()
        send()
      } else if (event.key === 'Escape') {
        tester.giveUp()
      }
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  })
}
