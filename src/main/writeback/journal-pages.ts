/**
 * The journal for the window: pages of requests, newest first. The files are read from their end in pieces, so that a
 * page costs the same however long the journal is.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { asError } from '#main/link'
import { isCode } from '#main/whole-file'
import { type EntryId, entryText } from '#shared/broker'
import type { JournalledRequest, OutcomeKind } from '#shared/write'
import {
  type AcceptedLine,
  type AnsweredLine,
  type JournalLine,
  longestText,
  type OutcomeLine,
  parseLine,
} from './journal-lines.ts'

export interface JournalFilter {
  /** In PLC, tag, value, error, request id or address, whatever the case of its letters. */
  readonly text?: string
  readonly plc?: string
  readonly entry?: EntryId
  readonly outcomes?: readonly OutcomeKind[]
}

export interface JournalQuestion {
  /** `next` of the page before; absent: from the newest on. */
  readonly before?: string
  readonly limit: number
  readonly filter: JournalFilter
}

export interface JournalAnswer {
  readonly requests: readonly JournalledRequest[]
  readonly next?: string
  /** Why some of it can't be read; '' where all can. */
  readonly error: string
}

/** Rotated files beside the newest. */
const keptFiles = 9
const pieceBytes = 64 * 1024
/** Outcomes stand after their requests: before a page begins, so much behind it is looked through for them. */
const aheadBytes = 1024 * 1024
/** A page that finds little ends after so much, and the next one goes on. */
const mostBytes = 16 * 1024 * 1024

/** What is known of a request before its first line is reached: lines are met in reverse. */
interface Later {
  outcome?: OutcomeLine
  answered?: AnsweredLine
}

/** One page. Never rejects: what can't be read is told in `error`. */
export async function readJournalPage(path: string, question: JournalQuestion): Promise<JournalAnswer> {
  const requests: JournalledRequest[] = []
  const later = new Map<string, Later>()
  const from = question.before === undefined ? undefined : placeOf(question.before)
  const wanted = matcher(question.filter)
  let scanned = 0
  let last: Place | undefined
  try {
    for await (const { line, place } of linesBackwards(path, from)) {
      const { ahead } = place
      scanned += ahead ? 0 : line.length
      const parsed = parseLine(line)
      if (parsed) {
        const request = take(parsed, later)
        if (request && !ahead && wanted(request)) requests.push(request)
      }
      if (ahead) continue
      last = place
      if (requests.length >= question.limit || scanned >= mostBytes) {
        return { requests, next: textOf(last), error: '' }
      }
    }
    return { requests, error: '' }
  } catch (error) {
    return { requests, error: `${path}: can't be read: ${asError(error).message}` }
  }
}

/** Notes what a line says of a request; the first line of one completes it. */
function take(line: JournalLine, later: Map<string, Later>): JournalledRequest | undefined {
  switch (line.line) {
    case 'accepted': {
      const known = later.get(line.id) ?? {}
      later.delete(line.id)
      return requestOf(line, known)
    }
    case 'outcome':
      later.set(line.id, { ...later.get(line.id), outcome: line })
      return undefined
    case 'answered':
    case 'undelivered':
      // The newest counts: an answer may be given again after a restart.
      if (!later.get(line.id)?.answered) later.set(line.id, { ...later.get(line.id), answered: line })
      return undefined
    case 'decision':
      return undefined
  }
}

function requestOf(line: AcceptedLine, { outcome, answered }: Later): JournalledRequest {
  const request = {
    id: line.id,
    time: line.time,
    entry: line.entry,
    broker: line.broker,
    address: line.address,
    ...(line.requestId === undefined ? {} : { requestId: line.requestId }),
    plc: line.plc,
    tag: line.tag,
    value: `${line.value.slice(0, longestText)}${line.cut?.includes('value') || line.value.length > longestText ? '…' : ''}`,
    ...(outcome ? { outcome: outcome.outcome } : {}),
    error: outcome?.error ?? '',
    ...(outcome?.check ? { check: outcome.check } : {}),
    ...(outcome?.before === undefined ? {} : { before: outcome.before.slice(0, longestText) }),
    steps: outcome?.steps ?? {},
    answer: answered?.line ?? ('waiting' as const),
  }
  return { ...request, trace: traceOf(request) }
}

/** All of a request on one line. */
function traceOf(request: Omit<JournalledRequest, 'trace'>): string {
  const { checked, sent, ended } = request.steps
  const step = (what: string, ms: number | undefined) => (ms === undefined ? [] : [`${what} +${ms} ms`])
  return [
    `${request.time} ${entryText(request.entry)} at ${request.broker}, ${request.address}`,
    `${request.plc}/${request.tag} = ${request.value}${request.requestId === undefined ? '' : ` (request_id ${request.requestId})`}`,
    ...(request.before === undefined ? [] : [`before ${request.before}`]),
    ...step('checked', checked),
    ...step('sent to the PLC', sent),
    ...step(request.outcome ?? 'no outcome', ended),
    ...(request.error ? [request.error] : []),
    `answer ${request.answer}`,
    request.id,
  ].join('; ')
}

function matcher({ text, plc, entry, outcomes }: JournalFilter): (request: JournalledRequest) => boolean {
  const sought = text?.toLowerCase()
  return (request) => {
    if (plc !== undefined && request.plc !== plc) return false
    if (entry && entryText(entry) !== entryText(request.entry)) return false
    if (outcomes && !(request.outcome && outcomes.includes(request.outcome))) return false
    if (sought === undefined || sought === '') return true
    const { tag, value, error, requestId = '', address } = request
    return [request.plc, tag, value, error, requestId, address].some((part) => part.toLowerCase().includes(sought))
  }
}

/** Where a line begins. A file keeps its number when it is rotated. `ahead`: behind the page, read for outcomes alone. */
interface Place {
  readonly file: string
  readonly offset: number
  readonly ahead: boolean
}

const textOf = ({ file, offset }: Place) => `${file}-${offset}`

function placeOf(text: string): { readonly file: string; readonly offset: number } | undefined {
  const match = /^(\d{1,30})-(\d{1,15})$/.exec(text)
  return match ? { file: match[1] ?? '', offset: Number(match[2]) } : undefined
}

async function* linesBackwards(
  path: string,
  from: { readonly file: string; readonly offset: number } | undefined,
): AsyncGenerator<{ readonly line: string; readonly place: Place }> {
  let begun = from === undefined
  for (let i = 0; i <= keptFiles; i++) {
    const handle = await open(i === 0 ? path : `${path}.${i}`, 'r').catch((error: unknown) => {
      if (isCode(error, 'ENOENT')) return undefined
      throw error
    })
    if (!handle) continue
    try {
      const info = await handle.stat({ bigint: true })
      const file = String(info.ino)
      const size = Number(info.size)
      const limit = from?.file === file ? from.offset : undefined
      if (!begun && limit === undefined) continue
      begun = true
      const end = limit === undefined ? size : Math.min(size, limit + aheadBytes)
      for await (const { line, offset } of fileBackwards(handle, end)) {
        yield { line, place: { file, offset, ahead: limit !== undefined && offset >= limit } }
      }
    } finally {
      await handle.close()
    }
  }
}

const newline = 0x0a

/** Whole lines before `end`, last one first. What is cut off at `end` is not a line. */
async function* fileBackwards(
  handle: FileHandle,
  end: number,
): AsyncGenerator<{ readonly line: string; readonly offset: number }> {
  let rest = Buffer.alloc(0)
  let at = end
  let cutOff = true
  while (at > 0) {
    const begin = Math.max(0, at - pieceBytes)
    const piece = Buffer.alloc(at - begin)
    await handle.read(piece, 0, piece.length, begin)
    let buffer = Buffer.concat([piece, rest])
    for (let found = buffer.lastIndexOf(newline); found >= 0; found = buffer.lastIndexOf(newline)) {
      const line = buffer.subarray(found + 1)
      if (!cutOff && line.length > 0) yield { line: line.toString('utf8'), offset: begin + found + 1 }
      cutOff = false
      buffer = buffer.subarray(0, found)
    }
    rest = Buffer.from(buffer)
    at = begin
  }
  if (!cutOff && rest.length > 0) yield { line: rest.toString('utf8'), offset: 0 }
}
