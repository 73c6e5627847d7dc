import { Bookmark, Plus, Radar, Search, Tags as TagsIcon } from 'lucide-react'
import { useStore } from 'zustand'
import { DemoButton } from '#renderer/site/DemoButton.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { go } from '#renderer/ui/router'
import { choiceTitle } from './choice.ts'
import type { TagChoice } from './rows.ts'
import { tagStore } from './store.ts'

/** In place of rows: why there are none, and what to do. */
export function NothingHere(props: {
  readonly isFiltered: boolean
  readonly choice: TagChoice
  readonly onAll: () => void
}) {
  const { isFiltered, choice, onAll } = props
  const { loading, errors } = useStore(tagStore)
  const error = Object.values(errors).find((text) => text !== '')
  if (loading.size > 0) return <EmptyState icon={TagsIcon} title="Reading the tags" />
  if (error)
    return (
      <EmptyState icon={TagsIcon} title="The tags could not be read">
        {error}
      </EmptyState>
    )
  if (isFiltered) {
    return (
      <EmptyState
        icon={Search}
        title={choice.kind === 'all' ? 'No tag passes the filter' : `${choiceTitle(choice)}: none passes the filter`}
        actions={choice.kind === 'all' ? undefined : <Button onClick={onAll}>Look in all tags</Button>}
      >
        Members of structures are searched where the PLC's tags were discovered. Elements of arrays are added by their
        address.
      </EmptyState>
    )
  }
  if (choice.kind === 'list') {
    return (
      <EmptyState icon={Bookmark} title="This list is empty">
        Select tags and press a to put them here.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={TagsIcon}
      title="No tags yet"
      actions={<Button onClick={() => go('tags', ['add'])}>Add a tag by its address</Button>}
    >
      Discover the controller's tags (lower left), or import them as CSV.
    </EmptyState>
  )
}

/** In place of the screen while there is no PLC. */
export function NoPlc() {
  return (
    <div className="screen">
      <header className="head">
        <h1>Tags</h1>
      </header>
      <EmptyState
        icon={TagsIcon}
        title="No PLC yet"
        actions={
          <>
            <Button kind="primary" icon={Plus} onClick={() => go('plcs', ['+'])}>
              Add PLC
            </Button>
            <Button icon={Radar} onClick={() => go('plcs', ['find'])}>
              Find on the network
            </Button>
            <DemoButton />
          </>
        }
      >
        Tags come from PLCs. Add one by its address, look for controllers on the network, or look around in the demo
        site first.
      </EmptyState>
    </div>
  )
}
