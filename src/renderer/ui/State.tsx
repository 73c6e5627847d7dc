import {
  Ban,
  Check,
  CircleDashed,
  CircleSlash,
  Clock,
  LoaderCircle,
  type LucideIcon,
  Minus,
  OctagonX,
  TriangleAlert,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import './State.css'

/**
 * What is the matter, in one word for the eye. `ok` as it should be; `unproven` nobody could look; `warn` somebody should
 * look; `bad` somebody must; `waiting` later by itself; `busy` under way; `off` switched off; `refused` as expected.
 */
export type StateKind = 'ok' | 'unproven' | 'warn' | 'bad' | 'waiting' | 'busy' | 'off' | 'refused' | 'blocked'

const looks: Record<StateKind, { readonly icon: LucideIcon; readonly tone: string }> = {
  ok: { icon: Check, tone: 'ok' },
  unproven: { icon: CircleDashed, tone: 'warn' },
  warn: { icon: TriangleAlert, tone: 'warn' },
  bad: { icon: OctagonX, tone: 'bad' },
  waiting: { icon: Clock, tone: 'warn' },
  busy: { icon: LoaderCircle, tone: 'quiet' },
  off: { icon: Minus, tone: 'quiet' },
  refused: { icon: CircleSlash, tone: 'quiet' },
  blocked: { icon: Ban, tone: 'bad' },
}

/** A state: glyph, word and colour, never colour alone. */
export function State(props: {
  readonly kind: StateKind
  readonly children: ReactNode
  readonly strong?: boolean
  readonly title?: string | undefined
}) {
  const { icon, tone } = looks[props.kind]
  return (
    <span className={`state ${tone} ${props.strong ? 'strong' : ''}`} title={props.title}>
      <Icon of={icon} {...(props.kind === 'busy' ? { className: 'spin' } : {})} />
      {props.children}
    </span>
  )
}
