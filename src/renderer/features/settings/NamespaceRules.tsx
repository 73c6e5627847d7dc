import { Check, CircleDashed, OctagonX, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import { api } from '#renderer/api/index'
import { Icon } from '#renderer/ui/Icon.tsx'
import { namespaceRules } from '#shared/names/rules'
import type { ConfigView } from '#shared/site'
import type { NameChanges } from './name-changes.ts'
import type { Preview } from './use-preview.ts'

interface Line {
  readonly tone: 'ok' | 'idle' | 'warn' | 'bad'
  readonly text: string
}

const icons = { ok: Check, idle: CircleDashed, warn: TriangleAlert, bad: OctagonX }

/** What a name must be, ticked off while one types, and what is to be thought of. */
export function NamespaceRules(props: {
  readonly now: string
  readonly typed: string
  readonly preview: Preview
  readonly names: NameChanges
  readonly config: ConfigView
}) {
  const requests = useRecentRequests(props.now)
  return (
    <ul className="rules" aria-live="polite">
      {[
        ...ruleLines(props.now, props.typed),
        ...previewLines(props.preview, props.names),
        ...senderLines(props.now, requests),
      ].map(({ tone, text }) => (
        <li key={text} className={tone}>
          <Icon of={icons[tone]} />
          <span>
            {tone === 'bad' && <span className="hidden-text">Not fulfilled: </span>}
            {text}
          </span>
        </li>
      ))}
    </ul>
  )
}

function ruleLines(now: string, typed: string): Line[] {
  const rules = namespaceRules(typed).map(({ rule, problem }): Line => {
    if (typed === '') return { tone: 'idle', text: rule }
    return problem ? { tone: 'bad', text: problem } : { tone: 'ok', text: rule }
  })
  return typed === now && typed !== '' ? [...rules, { tone: 'bad', text: 'This is the namespace now.' }] : rules
}

function previewLines({ state, preview }: Preview, names: NameChanges): Line[] {
  const text = `${names.names} names on ${names.entries} ${names.entries === 1 ? 'broker' : 'brokers'}, no two alike`
  if (state !== 'known' || !preview) return [{ tone: 'idle', text }]
  const lines = preview.problems.map(
    (problem): Line => ({
      tone: problem.severity === 'error' ? 'bad' : 'warn',
      text: problem.path ? `${problem.path}: ${problem.text}` : problem.text,
    }),
  )
  if (preview.error) return [{ tone: 'bad', text: preview.error }, ...lines]
  return lines.some(({ tone }) => tone === 'bad') ? lines : [{ tone: 'ok', text }, ...lines]
}

function senderLines(now: string, requests: number | undefined): Line[] {
  if (!requests) return []
  const many = requests >= mostAsked ? `${mostAsked} or more` : String(requests)
  return [
    {
      tone: 'warn',
      text: `${many} write ${requests === 1 ? 'request' : 'requests'} came in the last 24 h. Senders that go on naming ${now} are heard by nobody after the change.`,
    },
  ]
}

const dayMs = 86_400_000
const mostAsked = 500

/** Write requests of the last day; undefined where not known. */
function useRecentRequests(namespace: string): number | undefined {
  const [count, setCount] = useState<{ readonly of: string; readonly count: number }>()
  useEffect(() => {
    let over = false
    api.call('writeback.journal', { limit: mostAsked, filter: {} }).then(
      ({ requests }) => {
        const since = Date.now() - dayMs
        const recent = requests.filter(({ time }) => Date.parse(time) >= since).length
        if (!over) setCount({ of: namespace, count: recent })
      },
      () => undefined,
    )
    return () => {
      over = true
    }
  }, [namespace])
  return count?.of === namespace ? count.count : undefined
}
