import { useStore } from 'zustand'
import { ColourChoice } from '#renderer/site/ColourChoice.tsx'
import { preferences, setPreferences, type Theme } from '#renderer/site/preferences'
import { Radios, Segmented } from '#renderer/ui/Choice.tsx'

const themeOptions: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'contrast', label: 'High contrast' },
]

const densityOptions = [
  { value: 'normal', label: 'Normal', help: 'Rows of 28 px: mouse and keyboard' },
  { value: 'touch', label: 'Touch', help: 'Rows of 40 px: for gloves and touch screens' },
] as const

/** Theme, density and the site's colour: kept for this person and this configuration. */
export function Appearance() {
  const { theme, density, siteColour } = useStore(preferences)
  return (
    <div className="scroll">
      <div className="settings-form">
        <section>
          <h2>Theme</h2>
          <div>
            <Segmented
              label="Theme"
              options={themeOptions}
              value={theme}
              onValue={(next) => setPreferences({ theme: next })}
            />
          </div>
        </section>
        <section>
          <h2>Density</h2>
          <Radios
            label="Density"
            options={densityOptions}
            value={density}
            onValue={(next) => setPreferences({ density: next })}
          />
        </section>
        <section>
          <h2>Colour of this site</h2>
          <p className="mid">
            Marks this site in the status bar, the top line and in every address, so that two windows side by side can't
            be confused.
          </p>
          <ColourChoice value={siteColour} onValue={(next) => setPreferences({ siteColour: next })} />
        </section>
      </div>
    </div>
  )
}
