import { Check } from 'lucide-react'
import { Icon } from '#renderer/ui/Icon.tsx'
import { type SiteColour, siteColours } from './preferences.ts'
import './ColourChoice.css'

/** The colours a site can have. */
export function ColourChoice(props: { readonly value: SiteColour; readonly onValue: (colour: SiteColour) => void }) {
  return (
    <div className="swatches" role="radiogroup" aria-label="Colour of this site">
      {siteColours.map((colour) => (
        <button
          key={colour}
          type="button"
          role="radio"
          className="swatch"
          data-site={colour}
          aria-checked={colour === props.value}
          onClick={() => props.onValue(colour)}
        >
          <span className="patch">{colour === props.value && <Icon of={Check} />}</span>
          {colour[0]?.toUpperCase()}
          {colour.slice(1)}
        </button>
      ))}
    </div>
  )
}
