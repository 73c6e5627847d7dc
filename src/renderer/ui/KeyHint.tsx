import './KeyHint.css'

const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

/** Keys as one presses them: `Mod+K` (Cmd on a Mac, else Ctrl), `Space`, `/`. Several ways are parted by a space. */
export function KeyHint({ keys }: { readonly keys: string }) {
  return (
    <span className="keys" aria-hidden="true">
      {keys.split(' ').map((way) => (
        <kbd key={way}>{keyText(way)}</kbd>
      ))}
    </span>
  )
}

/** `Mod+Enter` as this computer's user knows it: `Ctrl Enter`, `⌘ Enter`. */
export function keyText(way: string): string {
  return way === '+' ? '+' : way.replace('Mod', isMac ? '⌘' : 'Ctrl').replaceAll('+', ' ')
}
