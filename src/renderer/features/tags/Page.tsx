import { Columns3, FileUp, ListTree, Plus, Rows3, Search } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { connection } from '#renderer/api/index'
import { preferences, setPreferences } from '#renderer/site/preferences'
import { useConfig } from '#renderer/site/site'
import { watchValues } from '#renderer/site/watch-values'
import { Button } from '#renderer/ui/Button.tsx'
import { Segmented } from '#renderer/ui/Choice.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { Menu } from '#renderer/ui/Menu.tsx'
import { go, replacePlace } from '#renderer/ui/router'
import { SplitPanes } from '#renderer/ui/SplitPanes.tsx'
import type { PageProps } from '#renderer/ui/screen'
import { AddTag } from './AddTag.tsx'
import { act } from './actions.ts'
import { choiceNow, choiceTitle } from './choice.ts'
import { Detail } from './Detail.tsx'
import { FilterChips } from './FilterChips.tsx'
import { flatRows, listRows } from './flat-rows.ts'
import { createHistories } from './history.ts'
import { downloadCsv, ImportCsv } from './ImportCsv.tsx'
import { NoPlc, NothingHere } from './NoTags.tsx'
import { type TagChoice, type TagFilter, type TagRow, treeRows } from './rows.ts'
import { SelectionBar } from './SelectionBar.tsx'
import { isEmptyQuery, parseQuery } from './search.ts'
import { followTags, tagStore } from './store.ts'
import { optionalColumns, TagTable } from './TagTable.tsx'
import { TagTree } from './TagTree.tsx'
import type { TagIndex } from './tag-index.ts'
import { tagView, withOrder } from './tag-view.ts'
import { createValues, type Values } from './values.ts'
import { ListBar, WatchListMenu } from './WatchLists.tsx'
import './Tags.css'

const views = [
  { value: 'tree', label: 'Tree', icon: ListTree },
  { value: 'flat', label: 'Flat', icon: Rows3 },
] as const

const set = tagView.setState

/** The tag browser. */
export function Page({ path, query }: PageProps) {
  const config = useConfig()
  const plcs = useMemo(() => config?.plcs.map(({ name }) => name) ?? [], [config])
  const { typed, view, only, chosen, selection, open, detail } = useStore(tagView)
  const [trouble, setTrouble] = useState<ReadonlySet<string>>(new Set())
  const tableValues = useValues()
  const detailValues = useValues()
  useEffect(followTags, [])
  useEffect(() => {
    if (query.size === 0) return
    set((now) => withOrder(now, query))
    // Carried out once: what one chooses afterwards counts, and the same link may be followed again.
    replacePlace('tags', path)
  }, [query, path])

  const lists = useStore(preferences, (now) => now.watchLists)
  const choice = choiceNow(chosen, plcs, lists)
  const filter = useDeferredFilter(typed, plcs, only, trouble)
  const isTree = view === 'tree' && choice.kind !== 'list' && isEmptyQuery(filter.query) && only === 'all'
  const indexes = useIndexes(plcs)
  const rows = useRows(indexes, choice, filter, isTree, open)
  const hiddenColumns = useHiddenColumns(rows, !('plc' in choice) && plcs.length > 1)
  const shown = detail === undefined ? undefined : rows.find(({ key }) => key === detail)

  if (config && plcs.length === 0) return <NoPlc />
  function openRow(row: TagRow, now: boolean) {
    const next = new Set(open)
    if (now) next.add(row.key)
    else next.delete(row.key)
    set({ open: next })
  }
  const closeDialog = () => go('tags')
  return (
    <div className="screen">
      <header className="head">
        <h1>Tags</h1>
        <Input
          className="tags-filter"
          icon={Search}
          value={typed}
          onValue={(text) => set({ typed: text })}
          placeholder="Name, or PLC:name"
          aria-label="Filter tags"
          data-filter
          type="search"
          aside={typed === '' ? <kbd>/</kbd> : undefined}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && typed !== '') {
              event.stopPropagation()
              set({ typed: '' })
            }
            if (event.key === 'ArrowDown') focusTable()
          }}
        />
        <Segmented label="View" options={views} value={view} onValue={(next) => set({ view: next })} />
        <span className="separator" />
        <FilterChips
          indexes={indexes}
          choice={choice}
          only={only}
          onOnly={(next) => set({ only: next })}
          onTrouble={setTrouble}
        />
        <span className="grow" />
        <WatchListMenu onChoose={(name) => set({ chosen: { kind: 'list', name } })} />
        <Menu
          trigger={<Button kind="plain" icon={FileUp} aria-label="Import and export" />}
          items={[
            { label: 'Import CSV…', run: () => go('tags', ['import']) },
            { label: 'Export all tags as CSV', run: () => void downloadCsv() },
            ...plcs.map((plc) => ({ label: `Export ${plc} as CSV`, run: () => void downloadCsv(plc) })),
          ]}
        />
        <Menu
          trigger={<Button kind="plain" icon={Columns3} aria-label="Columns" />}
          items={optionalColumns.map(({ id, title }) => ({
            label: title,
            checked: !hiddenColumns.includes(id),
            run: () => toggleColumn(id),
          }))}
        />
        <Button icon={Plus} onClick={() => go('tags', ['add'])}>
          Add tag
        </Button>
      </header>
      <SplitPanes
        panes={[
          { id: 'tags tree', size: 184, min: 140, max: 420 },
          { id: 'tags table', min: 380 },
          { id: 'tags detail', size: 344, min: 280, max: 620 },
        ]}
      >
        <TagTree plcs={plcs} choice={choice} onChoose={(next) => set({ chosen: next })} />
        <div className="pane">
          {choice.kind === 'list' && <ListBar name={choice.name} onGone={() => set({ chosen: undefined })} />}
          <TagTable
            label={choiceTitle(choice)}
            rows={rows}
            isTree={isTree}
            hiddenColumns={hiddenColumns}
            values={tableValues}
            selection={selection}
            onSelection={(next) => set({ selection: next })}
            onOpenRow={openRow}
            onAct={act}
            onDetail={({ key, note }) => note === undefined && set({ detail: key })}
            empty={
              <NothingHere
                isFiltered={!isEmptyQuery(filter.query) || only !== 'all'}
                choice={choice}
                onAll={() => set({ chosen: { kind: 'all' } })}
              />
            }
          />
          {selection.keys.size > 1 && (
            <SelectionBar rows={rows.filter(({ key }) => selection.keys.has(key))} onAct={act} />
          )}
        </div>
        {shown ? (
          <Detail
            key={shown.key}
            row={shown}
            values={detailValues}
            histories={histories}
            onClose={() => set({ detail: undefined })}
            onToggle={(what) => act(what, [shown])}
          />
        ) : null}
      </SplitPanes>
      <AddTag open={path[0] === 'add'} plcs={plcs} plc={'plc' in choice ? choice.plc : plcs[0]} onClose={closeDialog} />
      <ImportCsv open={path[0] === 'import'} onClose={closeDialog} />
    </div>
  )
}

/** What this window has seen, while its page is loaded. */
const histories = createHistories()

function useValues(): Values {
  const [values] = useState(() => createValues(watchValues, histories))
  useEffect(
    () =>
      connection.subscribe((link) => {
        if (link.kind === 'lost') values.lose(`no connection to the gateway: ${link.why}`)
      }),
    [values],
  )
  return values
}

function useDeferredFilter(
  typed: string,
  plcs: readonly string[],
  only: TagFilter['only'],
  keys: ReadonlySet<string>,
): TagFilter {
  const filter = useMemo(() => ({ query: parseQuery(typed, plcs), only, keys }), [typed, plcs, only, keys])
  return useDeferredValue(filter)
}

/** Of the PLCs that are read, in the order of the configuration. */
function useIndexes(plcs: readonly string[]): readonly TagIndex[] {
  const indexes = useStore(tagStore, (now) => now.indexes)
  return useMemo(() => plcs.flatMap((plc) => indexes[plc] ?? []), [plcs, indexes])
}

function useRows(
  indexes: readonly TagIndex[],
  choice: TagChoice,
  filter: TagFilter,
  isTree: boolean,
  open: ReadonlySet<string>,
): readonly TagRow[] {
  const lists = useStore(preferences, (now) => now.watchLists)
  // Objects of a choice are made anew; its content counts.
  const key = JSON.stringify(choice)
  return useMemo(() => {
    const wanted: TagChoice = JSON.parse(key)
    if (wanted.kind === 'list')
      return listRows(indexes, lists.find(({ name }) => name === wanted.name)?.tags ?? [], filter)
    return isTree ? treeRows(indexes, wanted, open) : flatRows(indexes, wanted, filter)
  }, [indexes, lists, key, filter, isTree, open])
}

/** Those switched off; that of aliases also where no tag has one, that of PLCs where there is but one to show. */
function useHiddenColumns(rows: readonly TagRow[], ofSeveral: boolean): readonly string[] {
  const chosen = useStore(preferences, (now) => now.tagColumns)
  const hasAlias = useMemo(() => rows.some(({ tag }) => tag?.alias !== undefined), [rows])
  return useMemo(
    () => [...chosen, ...(hasAlias ? [] : ['alias']), ...(ofSeveral ? [] : ['plc'])],
    [hasAlias, ofSeveral, chosen],
  )
}

function toggleColumn(id: string): void {
  const now = preferences.getState().tagColumns
  setPreferences({ tagColumns: now.includes(id) ? now.filter((one) => one !== id) : [...now, id] })
}

function focusTable(): void {
  document.querySelector<HTMLElement>('main [role="treegrid"], main [role="grid"]')?.focus()
}
