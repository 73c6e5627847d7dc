import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { type TrendPoint, trendLine } from './trend-line.ts'
import './Trend.css'

/**
 * The last `spanMs` of a value, as steps: a value holds until the next point, which may end it without another. Drawn on a canvas; `label` says what it shows
 * to those who can't see it.
 */
export function Trend(props: {
  readonly points: readonly TrendPoint[]
  readonly now: number
  readonly spanMs: number
  readonly label: string
  readonly heightPx?: number
  /** Without axes: a line beside a name. */
  readonly bare?: boolean
}) {
  const { points, now, spanMs, label, heightPx = 96, bare = false } = props
  const placeRef = useRef<HTMLDivElement>(null)
  const plotRef = useRef<UPlot>(undefined)

  useEffect(() => {
    const place = placeRef.current
    if (!place) return
    const make = () => {
      plotRef.current?.destroy()
      plotRef.current = new UPlot(options(place, heightPx, spanMs, bare), [[], []], place)
    }
    make()
    const sizes = new ResizeObserver(() => plotRef.current?.setSize({ width: place.clientWidth, height: heightPx }))
    sizes.observe(place)
    // Colours are tokens, which change with the theme.
    const themes = new MutationObserver(make)
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      sizes.disconnect()
      themes.disconnect()
      plotRef.current?.destroy()
      plotRef.current = undefined
    }
  }, [heightPx, spanMs, bare])

  useEffect(() => {
    const plot = plotRef.current
    if (!plot) return
    const drawn = trendLine(points, now)
    plot.setData([drawn.map(({ at }) => (at - now) / 1_000), drawn.map(({ value }) => value)])
  }, [points, now])

  return <div ref={placeRef} className="trend" role="img" aria-label={label} />
}

function options(place: HTMLElement, height: number, spanMs: number, bare: boolean): UPlot.Options {
  const styles = getComputedStyle(place)
  const token = (name: string) => styles.getPropertyValue(name).trim()
  const axis: UPlot.Axis = {
    stroke: token('--text-3'),
    font: `10.5px ${token('--font-ui')}`,
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
  }
  const seconds = spanMs / 1_000
  return {
    width: place.clientWidth || 300,
    height,
    pxAlign: 1,
    cursor: { show: false },
    legend: { show: false },
    padding: bare ? [2, 2, 2, 2] : [6, 12, 0, 0],
    scales: { x: { time: false, range: [-seconds, 0] }, y: { range: (_plot, min, max) => yRange(min, max) } },
    axes: bare
      ? [{ show: false }, { show: false }]
      : [
          {
            ...axis,
            size: 20,
            gap: 2,
            grid: { show: false },
            splits: () => [-seconds, -(seconds * 2) / 3, -seconds / 3, 0],
            values: (_plot, splits) => splits.map((at) => (at === 0 ? 'now' : `−${Math.round(-at)} s`)),
          },
          {
            ...axis,
            size: (_plot, values) => Math.max(24, ...(values ?? []).map((text) => text.length * 6.5 + 8)),
            gap: 4,
            splits: (_plot, _axis, low, high) => ySplits(low, high),
            values: (_plot, splits) => splits.map(shortNumber),
          },
        ],
    series: [
      {},
      {
        stroke: token('--trend'),
        width: 1.5,
        points: { show: false },
        ...(UPlot.paths.stepped ? { paths: UPlot.paths.stepped({ align: 1 }) } : {}),
      },
    ],
  }
}

/** Three lines off the edges, so that no label meets those of the time. */
function ySplits(low: number, high: number): number[] {
  const step = (high - low) / 4
  return [low + step / 2, low + 2 * step, high - step / 2]
}

/** A little room above and below; a constant in the middle. */
function yRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1]
  const room = max > min ? (max - min) * 0.14 : Math.abs(max) * 0.05 || 1
  return [min - room, max + room]
}

function shortNumber(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return value.toExponential(1)
  return String(Number(value.toPrecision(5)))
}
