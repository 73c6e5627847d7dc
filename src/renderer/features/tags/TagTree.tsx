import { Bookmark, Cpu, Layers } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { plcChip } from '#renderer/site/chips'
import { preferences } from '#renderer/site/preferences'
import { useBrowse, usePlcState } from '#renderer/site/site'
import { Button } from '#renderer/ui/Button.tsx'
import { Progress } from '#renderer/ui/EmptyState.tsx'
import { showToast } from '#renderer/ui/live'
import { State } from '#renderer/ui/State.tsx'
import { type TreeItem, TreeView } from '#renderer/ui/TreeView.tsx'
import { choiceId, choiceOf } from './choice.ts'
import { shortTime, timeTitle } from './format.ts'
import type { TagChoice } from './rows.ts'
import { discoverTags, stopDiscovery, tagStore } from './store.ts'
import type { TagIndex } from './tag-index.ts'

/** The left pane: PLCs with their programs and types, watch lists, and the discovery of the PLC that is chosen. */
export function TagTree(props: {
  readonly plcs: readonly string[]
  readonly choice: TagChoice
  readonly onChoose: (choice: TagChoice) => void
}) {
  const { plcs, choice, onChoose } = props
  const indexes = useStore(tagStore, (now) => now.indexes)
  const lists = useStore(preferences, (now) => now.watchLists)
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set(plcs.map((plc) => `types\n${plc}`)))
  const items = useMemo(
    () => [
      ...(plcs.length > 1 ? [allItem] : []),
      ...plcs.flatMap((plc) => plcItems(plc, indexes[plc], shut)),
      ...lists.map(listItem),
    ],
    [plcs, indexes, lists, shut],
  )
  function open(id: string, now: boolean) {
    const next = new Set(shut)
    if (now) next.delete(id)
    else next.add(id)
    setShut(next)
  }
  function choose(id: string) {
    const next = choiceOf(id)
    if (next) onChoose(next)
    else open(id, shut.has(id))
  }
  const plc = 'plc' in choice ? choice.plc : plcs[0]
  return (
    <div className="tags-tree">
      <div className="scroll">
        <TreeView
          label="PLCs and watch lists"
          items={items}
          chosen={choiceId(choice)}
          onChoose={choose}
          onOpen={open}
        />
      </div>
      {plc !== undefined && <Discovery key={plc} plc={plc} />}
    </div>
  )
}

const allItem: TreeItem = { id: choiceId({ kind: 'all' }), label: 'All PLCs', depth: 0, icon: Layers }

function plcItems(plc: string, index: TagIndex | undefined, shut: ReadonlySet<string>): TreeItem[] {
  const id = choiceId({ kind: 'plc', plc })
  const open = !shut.has(id)
  const head: TreeItem = { id, label: plc, depth: 0, icon: Cpu, open, under: <PlcLine plc={plc} /> }
  if (!open || !index) return [head]
  const visible = index.roots.filter(({ entry }) => !entry?.hidden)
  const hidden = index.roots.length - visible.length
  const controller = visible.filter(({ program }) => program === undefined).length
  return [
    head,
    { id: choiceId({ kind: 'controller', plc }), label: 'Controller tags', depth: 1, count: controller },
    ...groupItems(
      `programs\n${plc}`,
      'Programs',
      shut,
      index.programs.map(({ name, count }) => ({
        id: choiceId({ kind: 'program', plc, program: name }),
        label: name,
        depth: 2,
        count,
      })),
    ),
    ...groupItems(`types\n${plc}`, 'Data types', shut, typeItems(plc, index)),
    ...(hidden > 0
      ? [{ id: choiceId({ kind: 'hidden', plc }), label: 'Module and system tags', depth: 1 as const, count: hidden }]
      : []),
  ]
}

function groupItems(id: string, label: string, shut: ReadonlySet<string>, below: readonly TreeItem[]): TreeItem[] {
  if (below.length === 0) return []
  const open = !shut.has(id)
  return [{ id, label, depth: 1, count: below.length, open }, ...(open ? below : [])]
}

/** Structures that a tag of the controller has; the tags of one are shown by a click. */
function typeItems(plc: string, index: TagIndex): TreeItem[] {
  const counts = new Map<string, number>()
  for (const { type } of index.catalogue) {
    if (type.kind === 'struct') counts.set(type.name, (counts.get(type.name) ?? 0) + 1)
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => ({
      id: choiceId({ kind: 'type', plc, type }),
      label: type,
      depth: 2,
      count,
    }))
}

function listItem({ name, tags }: { readonly name: string; readonly tags: readonly unknown[] }): TreeItem {
  return {
    id: choiceId({ kind: 'list', name }),
    label: name,
    name: `Watch list ${name}`,
    depth: 0,
    icon: Bookmark,
    count: tags.length,
  }
}

function PlcLine({ plc }: { readonly plc: string }) {
  const state = usePlcState(plc)
  if (!state) return null
  const chip = plcChip(state)
  return (
    <>
      <span className="cut">{state.kind === 'online' ? state.identity.productName : ''}</span>
      <State kind={chip.kind} title={chip.text}>
        {chip.word}
      </State>
    </>
  )
}

/** How far the discovery of one PLC's tags is, and how to begin or stop it. */
function Discovery({ plc }: { readonly plc: string }) {
  const browse = useBrowse(plc)
  const online = usePlcState(plc)?.kind === 'online'
  async function discover() {
    const outcome = await discoverTags(plc)
    if (outcome.kind === 'failed')
      showToast({ tone: 'bad', text: `${plc}: tags were not discovered. ${outcome.error}` })
  }
  const start = (
    <Button small blocked={online ? undefined : `${plc} is not online.`} onClick={() => void discover()}>
      {browse?.kind === 'done' ? 'Discover again' : 'Discover tags'}
    </Button>
  )
  if (browse?.kind === 'running') {
    return (
      <div className="tags-browse" aria-live="polite">
        <Progress
          label={`${plc}: ${browse.tags} tags found`}
          action={
            <Button small onClick={() => stopDiscovery(plc)}>
              Stop
            </Button>
          }
        />
      </div>
    )
  }
  return (
    <div className="tags-browse">
      {browse?.kind === 'done' && (
        <span title={timeTitle(browse.at)}>
          {plc}: {browse.tags} tags discovered {shortTime(browse.at, Date.now())}
        </span>
      )}
      {browse?.kind === 'failed' && <State kind="bad">{browse.error}</State>}
      {(!browse || browse.kind === 'none') && <span>{plc}: only configured tags are shown.</span>}
      <span>{start}</span>
    </div>
  )
}
