import { Icon } from '#renderer/ui/Icon.tsx'
import { placeHash } from '#renderer/ui/router'
import type { Screen } from '#renderer/ui/screen'

/** The screens, one letter each. */
export function Rail({ screens, current }: { readonly screens: readonly Screen[]; readonly current: string }) {
  return (
    <nav className="rail" aria-label="Screens">
      <ul>
        {screens.map((screen) => (
          <li key={screen.id} className={screen.last ? 'last' : ''}>
            <a
              href={placeHash(screen.id)}
              title={`${screen.title} (${screen.letter})`}
              aria-label={screen.title}
              aria-current={screen.id === current ? 'page' : undefined}
            >
              <Icon of={screen.icon} />
              <span className="letter" aria-hidden="true">
                {screen.letter}
              </span>
              {screen.useCount && <Count use={screen.useCount} />}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Count({ use }: { readonly use: () => number }) {
  const count = use()
  if (count === 0) return null
  return (
    <span className="count">
      {count}
      <span className="hidden-text"> need a look</span>
    </span>
  )
}
