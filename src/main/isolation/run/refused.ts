/** One request that has to be refused: sends it, and judges the answer by the beginnings it may have. */
import type { Evidence } from '#shared/isolation-run'
import type { RequestParts } from '#shared/write-request'
import { type AskOptions, ask, askedText } from './ask.ts'
import { about, type CheckContext, type RunEntry } from './context.ts'

export interface MustRefuse {
  readonly title: string
  readonly parts: RequestParts
  /** Beginnings of `error`, one of which is right. */
  readonly expected: readonly string[]
  readonly options?: AskOptions
}

export async function mustRefuse(context: CheckContext, entry: RunEntry, wanted: MustRefuse): Promise<Evidence> {
  context.say(`${entry.key}: ${wanted.title}`)
  const requestId = wanted.parts.requestId ?? `refuse-${context.hex(8)}`
  const asked = await ask(context, entry, { ...wanted.parts, requestId }, wanted.options)
  const title = `${wanted.title}: ${askedText(asked)}`
  if (asked.kind === 'failed') return about(entry, 'not-proven', 'not sent', title)
  if (asked.kind === 'unanswered') return about(entry, 'fail', 'no answer', title)
  const [first, second] = asked.answers
  if (second) return about(entry, 'fail', 'two answers', title)
  if (first?.success) return about(entry, 'fail', 'executed', `${wanted.title}: it was executed`)
  const right = wanted.expected.some((text) => first?.error.startsWith(text))
  return about(entry, right ? 'pass' : 'fail', right ? 'refused' : 'other reason', title)
}
