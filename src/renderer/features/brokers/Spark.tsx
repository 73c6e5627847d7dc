import { mostSamples } from './rates.ts'

const width = 120
const height = 28

/** Rate over the last ten minutes; the newest at the right. It says no more than the figures beside it. */
export function Spark({ samples }: { readonly samples: readonly number[] }) {
  const most = Math.max(1, ...samples)
  const step = width / (mostSamples - 1)
  const points = samples.map((value, i) => {
    const x = width - (samples.length - 1 - i) * step
    return `${x.toFixed(1)} ${(height - 2 - (value / most) * (height - 8)).toFixed(1)}`
  })
  return (
    <svg className="spark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} />
      {points.length > 1 && <path d={`M${points.join('L')}`} />}
    </svg>
  )
}
