/** Everything the tester's form shows, made of its draft, the configuration and what the gateway tells. */
import { useEffect, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import { useConfigState, usePlcState, useWriteMode } from '#renderer/site/site'
import { useWholeReading } from '#renderer/site/whole-reading'
import { publishedName } from '#shared/config'
import type { TagPageRow } from '#shared/contract/tags'
import { type KnownTag, type NegativeCase, negativeCases } from '#shared/negative-cases'
import { type PlcState, serialText } from '#shared/plc'
import type { TagReading } from '#shared/tag'
import { typeOfReading } from '#shared/type-name'
import { editTextOfJson } from '#shared/value-edit'
import { buildRequest } from '#shared/write-request'
import type { CheckLine } from './check-list.ts'
import { baseOf, entriesOf, messageOf, newRequestId, serviceNames, typedValue } from './draft.ts'
import { entryIdOf, type Place, placeOf } from './place.ts'
import { findRow, useReadings, useTagList, writableFirst } from './tag-list.ts'
import { tester } from './the-tester.ts'
import { useExplain } from './use-explain.ts'

export type Tested = ReturnType<typeof useTester>

export function useTester() {
  const { draft, running } = useStore(tester.store)
  const state = useConfigState()
  const config = state?.config
  const entries = useMemo(() => (config ? entriesOf(config) : []), [config])
  const place: Place = config ? placeOf(draft, config) : { plcs: [], plc: draft.plc }
  const { entry, plc } = place
  const plcState = usePlcState(plc)
  const tags = useTagList(plc, state?.version ?? '')
  const row = findRow(tags.rows, draft.tag)
  const readOnlyRow = tags.rows.find(({ writable, enabled }) => !writable && enabled)
  const readings = useReadings(plc, addressesOf(row, readOnlyRow))
  const reading = useWholeReading(row && readings.get(row.name))
  const type = typeOfReading(reading?.type === undefined ? typed(row) : reading)
  const limits = useMemo(() => limitsOf(row), [row])
  const value = typedValue(draft, type, limits)
  const namespace = config?.namespace ?? ''
  const message = entry ? messageOf({ ...draft, plc }, entry, namespace, value) : undefined
  const mode = useWriteMode()
  const question = entry &&
    message && { service: entry.service, address: message.address, payload: message.payload, retained: draft.retain }
  const explained = useExplain(question, `${state?.version} ${mode} ${plcState?.kind}`)
  useFirstValue(`${plc}\n${draft.tag}`, reading?.cut ? undefined : reading?.valueJson, (json) =>
    tester.change({ text: editTextOfJson(json, type) }),
  )
  useFirstEntry(place)
  return {
    ...place,
    draft,
    running: running !== undefined,
    config,
    namespace,
    entries,
    plcState,
    tags,
    tagOptions: useMemo(() => writableFirst(tags.rows), [tags.rows]),
    row,
    reading,
    readOnly: known(readOnlyRow, readings.get(readOnlyRow?.name ?? '')),
    chosen: known(row, reading),
    type,
    limits,
    value,
    message,
    explained,
  }
}

function addressesOf(...rows: readonly (TagPageRow | undefined)[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => (row ? [row.name] : [])))]
}

function limitsOf(row: TagPageRow | undefined) {
  const { min, max, enum: choices } = row ?? {}
  return {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(choices === undefined ? {} : { enum: choices }),
  }
}

/** As it was read last, by the configuration's list. */
function typed(row: TagPageRow | undefined): { readonly type?: string } {
  return row?.type === undefined ? {} : { type: row.type }
}

function known(row: TagPageRow | undefined, reading: TagReading | undefined): KnownTag | undefined {
  if (!row) return undefined
  const { type: _, ...tag } = row
  const type = typeOfReading(reading?.type === undefined ? typed(row) : reading)
  const valueJson = reading?.quality === 'good' && !reading.cut ? reading.valueJson : undefined
  return { tag, ...(type ? { type } : {}), ...(valueJson === undefined ? {} : { valueJson }) }
}

/** Puts the value a newly chosen tag has into the editor, once. */
function useFirstValue(chosen: string, json: string | undefined, fill: (json: string) => void) {
  const filled = useRef('')
  const fillRef = useRef(fill)
  fillRef.current = fill
  useEffect(() => {
    if (json === undefined || filled.current === chosen) return
    filled.current = chosen
    if (tester.store.getState().draft.text === '') fillRef.current(json)
  }, [chosen, json])
}

/** What stands beside a chosen tag is chosen with it: the request must not go another way when the configuration changes. */
function useFirstEntry({ entry }: Place) {
  useEffect(() => {
    const { draft } = tester.store.getState()
    if (entry && draft.tag !== '' && !draft.entry) tester.change({ entry: entryIdOf(entry) })
  })
}

/** The requests that must be refused, for what is chosen. Made anew with each sending: times and ids are its own. */
export function casesOf(tested: Tested): readonly NegativeCase[] {
  const { entry, namespace, plc, chosen, readOnly, config } = tested
  if (!entry || !config) return []
  return negativeCases({
    service: entry.service,
    base: baseOf(entry, namespace),
    plc,
    ...(chosen ? { chosen } : {}),
    ...(readOnly ? { readOnly } : {}),
    now: Date.now(),
    maxAgeMs: config.write_max_age,
    nonce: newRequestId().slice(2),
  })
}

export function sendTested({ draft, entry, plc, row, message, value }: Tested): void {
  if (!entry || !message) return
  const readBack = row && !draft.edited ? { readBack: { plc, tag: row.name } } : {}
  tester.send({
    entry: entryIdOf(entry),
    plc,
    tag: draft.edited ? '(by hand)' : draft.tag,
    valueJson: draft.edited ? '' : value.ok ? value.json : draft.text,
    message,
    retain: draft.retain,
    ...readBack,
  })
}

export function sendNegative(tested: Tested, negative: NegativeCase): void {
  const { entry, namespace, draft, plc } = tested
  if (!entry || !negative.possible) return
  const parts = { ...negative.parts, requestId: draft.requestId }
  tester.send({
    entry: entryIdOf(entry),
    plc,
    tag: parts.tag,
    valueJson: parts.valueJson,
    message: buildRequest(entry.service, baseOf(entry, namespace), parts),
    retain: negative.retain,
    negative,
  })
}

/** `1756-L83E, serial 00C4A7E1`; '' while nobody answers. */
export function identityText(state: PlcState | undefined): string {
  if (state?.kind !== 'online') return ''
  return `${state.identity.productName}, ${serialOf(state)}`
}

/** `serial 00C4A7E1`: which controller would be written. */
export function serialOf(state: PlcState | undefined): string {
  if (state?.kind !== 'online') return 'not connected'
  const { serial } = state.identity
  return serial === 0 ? 'serial unknown' : `serial ${serialText(serial)}`
}

/** What the window adds to the checks: it knows the PLC's state and the file's times. */
export function afterLines({ plcState, config }: Tested): readonly CheckLine[] {
  const online = plcState?.kind === 'online'
  return [
    {
      step: 'gate',
      title: 'PLC connected',
      state: online ? 'pass' : plcState ? 'refused' : 'unknown',
      text: online ? 'online' : (plcState?.kind ?? ''),
      hint: '',
    },
    {
      step: 'gate',
      title: 'Time left of write_timeout',
      state: 'pass',
      text: config ? `${config.write_timeout / 1_000} s` : '',
      hint: '',
    },
  ]
}

/** Why nothing can be sent now, not even what must be refused; undefined where it can. */
export function whyNothing({ running, config, entry, entryProblem, plcProblem }: Tested): string | undefined {
  if (running) return 'A request is under way.'
  if (!config) return 'The configuration is not read yet.'
  if (entryProblem) return entryProblem
  if (!entry) return 'No broker entry is switched on: add one on the screen Brokers.'
  return plcProblem
}

/** Why the button and its keys can't be used; undefined where they can. */
export function whyNot(tested: Tested): string | undefined {
  const { message, row, draft, value, tags } = tested
  const nothing = whyNothing(tested)
  if (nothing) return nothing
  if (tags.error) return tags.error
  if (!draft.edited && !row) return 'Choose a tag first.'
  if (!draft.edited && !value.ok) return `Value: ${value.why}`
  return message ? undefined : 'Choose a PLC and a tag first.'
}

/** What the button does: `Write 65 to Main PLC through MQTT`. A message typed by hand says itself where it goes. */
export function buttonText({ draft, entry, plc, value, explained }: Tested): string {
  const through = entry ? ` through ${serviceNames[entry.service]}` : ''
  if (draft.edited) return `Send this message${through}`
  const to = plc ? ` to ${plc}` : ''
  if (!value.ok) return `Write${to}${through}`
  const shown = value.json.length > 24 ? `${value.json.slice(0, 24)}…` : value.json
  const refused = explained.steps.some(({ verdict }) => verdict === 'refused')
  return refused ? `Send ${shown}${to}${through}, to be refused` : `Write ${shown}${to}${through}`
}

/** What stands beside a tag in the list. */
export function tagAside(row: TagPageRow): string {
  return [row.type, row.writable ? 'writable' : 'read-only'].filter(Boolean).join(', ')
}

export function tagValue(row: TagPageRow): string {
  return publishedName(row)
}
