import type { DiffLine } from '#shared/diff'
import './Difference.css'

const signs = { same: ' ', removed: '−', added: '+' } as const
const words = { same: '', removed: 'removed: ', added: 'added: ' } as const

/** Lines around a change that are shown. */
const context = 3

/** The difference of two texts; runs of lines that are the same are left out. Sign, word for screen readers, colour. */
export function Difference({
  lines,
  label = 'Difference',
}: {
  readonly lines: readonly DiffLine[]
  readonly label?: string
}) {
  const near = lines.map((_, i) =>
    lines.slice(Math.max(0, i - context), i + context + 1).some(({ kind }) => kind !== 'same'),
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="difference" aria-label={label} tabIndex={0}>
      {lines.map((line, i) =>
        near[i] ? (
          <div key={`${line.kind} ${line.line}`} className={line.kind}>
            <span className="line-number" aria-hidden="true">
              {line.line}
            </span>
            <span className="sign" aria-hidden="true">
              {signs[line.kind]}
            </span>
            {words[line.kind] && <span className="hidden-text">{words[line.kind]}</span>}
            <span className="text">{line.text || ' '}</span>
          </div>
        ) : near[i - 1] ? (
          <div key={`gap ${line.line}`} className="gap" aria-hidden="true">
            ⋯
          </div>
        ) : null,
      )}
    </section>
  )
}
