import { Dialog } from '#renderer/ui/Dialog.tsx'
import { KeyHint } from '#renderer/ui/KeyHint.tsx'
import type { KeyHelp, Screen } from '#renderer/ui/screen'

const everywhere: readonly KeyHelp[] = [
  { keys: 'Mod+K', does: 'Commands' },
  { keys: '/', does: 'Filter of the screen' },
  { keys: '?', does: 'This sheet' },
  { keys: 'N', does: 'Namespace' },
  { keys: 'Escape', does: 'Close, or leave a field' },
  { keys: 'Tab', does: 'Next part of the screen' },
]

const inTables: readonly KeyHelp[] = [
  { keys: '↑ ↓', does: 'Row' },
  { keys: 'PageUp PageDown', does: 'Page' },
  { keys: 'Home End', does: 'First, last row' },
  { keys: 'Enter', does: 'Open' },
]

/** All keys that work here. */
export function KeySheet(props: {
  readonly open: boolean
  readonly onClose: () => void
  readonly screens: readonly Screen[]
  readonly screen: Screen | undefined
}) {
  const { open, onClose, screens, screen } = props
  const goTo = screens.map(({ letter, title }) => ({ keys: letter, does: title }))
  return (
    <Dialog open={open} onClose={onClose} title="Keys" wide>
      <div className="key-sheet">
        <Group title="Everywhere" keys={everywhere} />
        <Group title="Screens" keys={goTo} />
        {screen?.keys && <Group title={screen.title} keys={screen.keys} />}
        <Group title="Tables" keys={inTables} />
      </div>
      <p className="text-small mid">
        Letters can be switched off in Settings, Keys. Then Ctrl/Cmd+K still does everything.
      </p>
    </Dialog>
  )
}

function Group({ title, keys }: { readonly title: string; readonly keys: readonly KeyHelp[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {keys.map((one) => (
          <KeyRow key={one.keys + one.does} help={one} />
        ))}
      </dl>
    </section>
  )
}

function KeyRow({ help }: { readonly help: KeyHelp }) {
  return (
    <>
      <dt>
        <KeyHint keys={help.keys} />
        <span className="hidden-text">{help.keys}</span>
      </dt>
      <dd>{help.does}</dd>
    </>
  )
}
