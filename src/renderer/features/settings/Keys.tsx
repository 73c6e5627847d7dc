import { useStore } from 'zustand'
import { preferences, setPreferences } from '#renderer/site/preferences'
import { CheckBox } from '#renderer/ui/Choice.tsx'
import { KeyHint } from '#renderer/ui/KeyHint.tsx'
import { Section } from './Section.tsx'

/** Keys that act alone can be switched off: a dictation program or a sleeve presses them by accident. */
export function Keys() {
  const letterKeys = useStore(preferences, (now) => now.letterKeys)
  return (
    <div className="scroll">
      <div className="settings-form">
        <Section title="Letters as keys">
          <CheckBox
            checked={letterKeys}
            onChecked={(on) => setPreferences({ letterKeys: on })}
            help="T, W, B … go to screens, N to the namespace, / to the filter, ? shows all keys"
          >
            Letters work without Ctrl
          </CheckBox>
          <p className="mid">
            <KeyHint keys="Mod+K" /> shows all commands and always works. In tables, keys act on the selected row only
            while the table has the focus.
          </p>
        </Section>
      </div>
    </div>
  )
}
