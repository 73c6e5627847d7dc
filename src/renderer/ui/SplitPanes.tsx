import { Fragment, type ReactNode, useContext, useRef } from 'react'
import { Group, type Layout, type LayoutChangedMeta, Panel, Separator } from 'react-resizable-panels'
import { PaneSizes } from './pane-sizes.ts'
import './SplitPanes.css'

export interface PaneSize {
  /** Unique among the panes of all screens: sizes are remembered by it. */
  readonly id: string
  /** px; absent: what the others leave. At least one pane has none. */
  readonly size?: number
  /** px */
  readonly min?: number
  readonly max?: number
}

/**
 * Panes beside each other (or, with `rows`, below each other) that are resized by mouse or, on the line between them, by
 * arrow keys; sizes are remembered. One child a pane, in the order of `panes`; a child that is `null` takes its pane away.
 */
export function SplitPanes(props: {
  readonly panes: readonly PaneSize[]
  readonly rows?: boolean
  readonly children: readonly ReactNode[]
}) {
  const { sizes, remember } = useContext(PaneSizes)
  const pairs = props.panes.flatMap((pane, i) => {
    const child = props.children[i]
    return child === null || child === false || child === undefined ? [] : [{ pane, child }]
  })
  const groupRef = useRef<HTMLDivElement>(null)
  /** Only what a person has moved: a window that becomes smaller for a while is no wish. */
  function onLayoutChanged(layout: Layout, { isUserInteraction }: LayoutChangedMeta) {
    const box = groupRef.current
    if (!isUserInteraction || !box) return
    const whole = props.rows ? box.clientHeight : box.clientWidth
    for (const { pane } of pairs) {
      const percent = layout[htmlId(pane)]
      if (pane.size !== undefined && percent !== undefined) remember(pane.id, Math.round((percent / 100) * whole))
    }
  }
  return (
    <Group
      className="panes"
      elementRef={groupRef}
      orientation={props.rows ? 'vertical' : 'horizontal'}
      onLayoutChanged={onLayoutChanged}
    >
      {pairs.map(({ pane, child }, i) => (
        <Fragment key={pane.id}>
          {i > 0 && <Separator className={`split-handle ${props.rows ? 'rows' : ''}`} />}
          <Panel
            id={htmlId(pane)}
            minSize={pane.min ?? 120}
            {...(pane.max ? { maxSize: pane.max } : {})}
            {...(pane.size
              ? {
                  defaultSize: sizes[pane.id] ?? pane.size,
                  groupResizeBehavior: 'preserve-pixel-size' as const,
                }
              : {})}
            className="pane-box"
          >
            {child}
          </Panel>
        </Fragment>
      ))}
    </Group>
  )
}

/** The line beside a pane names it: an id in HTML has no spaces. */
function htmlId({ id }: PaneSize): string {
  return id.replaceAll(' ', '-')
}
