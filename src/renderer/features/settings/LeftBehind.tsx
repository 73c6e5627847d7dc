import { useState } from 'react'
import { api } from '#renderer/api/index'
import { entryTitle, serviceTitles } from '#renderer/site/chips'
import { Button } from '#renderer/ui/Button.tsx'
import { CheckBox } from '#renderer/ui/Choice.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { showToast } from '#renderer/ui/live'
import { State } from '#renderer/ui/State.tsx'
import { type EntryId, entryText, services } from '#shared/broker'
import { base as baseOf } from '#shared/names/build'
import type { ConfigView, LeftOverItem, LeftOverList } from '#shared/site'
import { countText, lasting } from './left-overs.ts'

type Looked =
  | { readonly kind: 'list'; readonly list: LeftOverList }
  | { readonly kind: 'failed'; readonly error: string }

/** `left`: this site had it. `unknown`: another gateway may run under it. */
export type Whose = 'current' | 'left' | 'unknown'

const titles: Readonly<Record<Whose, string>> = {
  current: 'Would be left behind',
  left: 'Left behind',
  unknown: 'Stands',
}

/** What stands at each broker under a namespace: shown on demand, and cleared after a backup. `selector`: '' is that of each entry. */
export function LeftBehind(props: {
  readonly config: ConfigView
  readonly base: string
  readonly selector?: string
  readonly whose: Whose
}) {
  const { config, base, selector, whose } = props
  const [looked, setLooked] = useState<{ readonly [entry: string]: Looked }>({})
  const [busy, setBusy] = useState(false)
  const [open, setOpen] = useState<LeftOverList>()
  const entries = services.flatMap((service) =>
    config[service]
      .filter(({ enabled }) => enabled)
      .map((entry) => ({
        id: { service, name: entry.name },
        base: baseOf(service, base, selector || entry.selector),
      })),
  )
  async function lookAt(id: EntryId, under: string) {
    const found = await api.call('leftOvers.list', { entry: id, base: under }).then(
      (list): Looked => ({ kind: 'list', list }),
      (error: unknown): Looked => ({ kind: 'failed', error: error instanceof Error ? error.message : String(error) }),
    )
    setLooked((now) => ({ ...now, [entryText(id)]: found }))
  }
  async function look() {
    setBusy(true)
    await Promise.all(entries.map(({ id, base: under }) => lookAt(id, under)))
    setBusy(false)
  }
  return (
    <section aria-label={`${titles[whose]} under ${base}`}>
      <h3 className="mid">
        {titles[whose]} under <span className="mono">{base}</span>
      </h3>
      <div className="left-over">
        {entries.map(({ id }) => (
          <Line key={entryText(id)} id={id} looked={looked[entryText(id)]} onOpen={setOpen} />
        ))}
      </div>
      <div>
        <Button small busy={busy} onClick={() => void look()}>
          {Object.keys(looked).length > 0 ? 'Look again' : 'Look what stands there'}
        </Button>
      </div>
      <Items
        key={open ? entryText(open.entry) : ''}
        list={open}
        unknown={whose === 'unknown'}
        onClose={() => setOpen(undefined)}
        onRemoved={(list) => void lookAt(list.entry, list.base)}
      />
    </section>
  )
}

function Line(props: {
  readonly id: EntryId
  readonly looked: Looked | undefined
  readonly onOpen: (list: LeftOverList) => void
}) {
  const { id, looked, onOpen } = props
  return (
    <div className="line" title={entryTitle(id)}>
      <span>{serviceTitles[id.service]}</span>
      {!looked && <span className="dim">not looked yet</span>}
      {looked?.kind === 'failed' && <State kind="bad">{looked.error}</State>}
      {looked?.kind === 'list' && (
        <>
          <span className="mid grow cut">{looked.list.note || countText(looked.list)}</span>
          {looked.list.items.length > 0 && (
            <Button small kind="plain" onClick={() => onOpen(looked.list)}>
              List
            </Button>
          )}
        </>
      )}
    </div>
  )
}

/** All of it, and its removal: what the running gateway uses can't be chosen. */
function Items(props: {
  readonly list: LeftOverList | undefined
  /** Another gateway may use it: the base is typed once more before anything is removed. */
  readonly unknown: boolean
  readonly onClose: () => void
  readonly onRemoved: (list: LeftOverList) => void
}) {
  const { list, unknown, onClose, onRemoved } = props
  const [typed, setTyped] = useState('')
  const [withTopics, setWithTopics] = useState(false)
  const [busy, setBusy] = useState(false)
  if (!list) return null
  const chosen = list.items.filter((item) => !item.inUse && (withTopics || !lasting(item)))
  const hasLasting = list.items.some((item) => !item.inUse && lasting(item))
  async function remove(from: LeftOverList, items: readonly LeftOverItem[]) {
    setBusy(true)
    try {
      const { backup, removed, failed } = await api.call('leftOvers.remove', {
        entry: from.entry,
        base: from.base,
        names: items.slice(0, mostRemoved).map(({ kind, name }) => ({ kind, name })),
      })
      const [first] = failed
      const wrong = first ? ` ${failed.length} could not be removed: ${first.error}` : ''
      showToast({
        tone: first ? 'bad' : 'quiet',
        text: `${entryTitle(from.entry)}: ${removed} removed from under ${from.base}.${backup ? ` Backup: ${backup}.` : ''}${wrong}`,
      })
      onRemoved(from)
      onClose()
    } catch (error) {
      showToast({ tone: 'bad', text: error instanceof Error ? error.message : String(error) })
    }
    setBusy(false)
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${entryTitle(list.entry)}, under ${list.base}`}
      wide
      footer={
        <>
          <span className="mid">A backup file is written first.</span>
          <span className="grow" />
          <Button onClick={onClose}>Close</Button>
          <Button
            kind="danger"
            busy={busy}
            blocked={
              chosen.length === 0
                ? 'The running gateway uses all of it.'
                : unknown && typed !== list.base
                  ? `Type ${list.base} first.`
                  : undefined
            }
            onClick={() => void remove(list, chosen)}
          >
            Remove {chosen.length} of {list.items.length}
          </Button>
        </>
      }
    >
      {list.more && <p className="callout warn">There is more than is listed. Remove these, then look again.</p>}
      {unknown && (
        <Field
          column
          label={<>Type “{list.base}” to confirm</>}
          help="This site never had this namespace, as far as is known here. A gateway that runs under it would lose what it has published."
        >
          <Input mono value={typed} onValue={setTyped} />
        </Field>
      )}
      {hasLasting && (
        <CheckBox checked={withTopics} onChecked={setWithTopics} help="Their records are lost for every reader">
          Remove Kafka topics and groups too
        </CheckBox>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="left-list" tabIndex={0} role="region" aria-label="Names">
        <table className="t">
          <thead>
            <tr>
              <th>Name</th>
              <th className="left-kind">Kind</th>
              <th className="num left-kind">Size</th>
              <th className="left-kind">Now</th>
            </tr>
          </thead>
          <tbody>
            {list.items.slice(0, mostShown).map((item) => (
              <tr key={`${item.kind} ${item.name}`} title={item.preview}>
                <td className="mono">{item.name}</td>
                <td>{item.kind}</td>
                <td className="num">{item.size}</td>
                <td>{item.inUse ? 'in use' : ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {list.items.length > mostShown && <p className="dim">{list.items.length - mostShown} more are not shown.</p>}
    </Dialog>
  )
}

const mostShown = 500
const mostRemoved = 10_000
