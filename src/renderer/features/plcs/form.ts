/** A PLC as it is being edited: what is wrong with it, and the edits it comes to. Pure. */
import { splitAddress } from '#shared/address'
import type { ConfigEdit, PlcDraft, PlcKeys } from '#shared/contract/edits'
import { durationMs, durationText } from '#shared/duration'
import { folded, plcNameProblem } from '#shared/names/rules'
import type { DiscoveredDevice } from '#shared/plc'
import type { PlcConfigView } from '#shared/site'

/** Empty texts mean "not in the file". */
export interface PlcForm {
  readonly name: string
  readonly driver: 'logix' | 'micro800'
  readonly address: string
  readonly slot: string
  /** CIP path; replaces the slot. */
  readonly path: string
  readonly enabled: boolean
  readonly pollRate: string
  readonly timeout: string
  readonly health: boolean
}

export const emptyPlc: PlcForm = {
  name: '',
  driver: 'logix',
  address: '',
  slot: '',
  path: '',
  enabled: true,
  pollRate: '',
  timeout: '',
  health: true,
}

/** The file does not tell a rate that is not written from one that is: the global one counts as not written. */
export function plcForm(plc: PlcConfigView, globalPollMs: number): PlcForm {
  return {
    name: plc.name,
    driver: plc.driver,
    address: plc.address,
    slot: plc.slot === 0 ? '' : String(plc.slot),
    path: plc.connection_path ?? '',
    enabled: plc.enabled,
    pollRate: plc.poll_rate === globalPollMs ? '' : durationText(plc.poll_rate),
    timeout: plc.timeout === 3_000 ? '' : durationText(plc.timeout),
    health: plc.health_check_enabled,
  }
}

export type PlcProblems = { readonly [field in keyof PlcForm]?: string }

export function plcProblems(form: PlcForm, otherNames: readonly string[]): PlcProblems {
  const found: { [field in keyof PlcForm]?: string | undefined } = {
    name: nameProblem(form.name, otherNames),
    address: addressProblem(form.address),
    slot: /^\d{0,3}$/.test(form.slot) && Number(form.slot) <= 255 ? undefined : 'is a number from 0 to 255',
    path: pathProblem(form.path),
    pollRate: spanProblem(form.pollRate, 250, 3_600_000),
    timeout: spanProblem(form.timeout, 100, 600_000),
  }
  return Object.fromEntries(Object.entries(found).filter(([, text]) => text !== undefined))
}

function nameProblem(name: string, others: readonly string[]): string | undefined {
  const twin = others.find((other) => folded(other) === folded(name))
  return twin === undefined
    ? plcNameProblem(name)
    : `is the name of another PLC (${twin}); names differ in more than case`
}

function addressProblem(address: string): string | undefined {
  if (address.trim() === '') return 'is empty: an IP address or host name'
  return splitAddress(address.trim(), 44818) ? undefined : `${JSON.stringify(address)} is no host or host:port`
}

function pathProblem(path: string): string | undefined {
  if (path === '') return undefined
  const good = /^\s*[0-9.]+(\s*,\s*[0-9A-Za-z._-]+)+\s*$/.test(path)
  return good ? undefined : 'is a CIP path: pairs of port and address, such as 1,0 or 1,2,2,192.168.1.10,1,0'
}

function spanProblem(text: string, min: number, max: number): string | undefined {
  if (text === '') return undefined
  const ms = durationMs(text)
  if (ms !== undefined && ms >= min && ms <= max) return undefined
  return `is a duration from ${durationText(min)} to ${durationText(max)}, such as 500ms or 2s`
}

export function plcKeysOf(form: PlcForm): PlcKeys {
  const text = (value: string) => (value.trim() === '' ? null : value.trim())
  const micro = form.driver === 'micro800'
  return {
    driver: micro ? 'micro800' : null,
    address: form.address.trim(),
    slot: micro || form.slot === '' || form.path.trim() !== '' ? null : Number(form.slot),
    connection_path: text(form.path),
    enabled: form.enabled ? null : false,
    poll_rate: text(form.pollRate),
    timeout: text(form.timeout),
    health_check_enabled: form.health ? null : false,
  }
}

export function plcDraftOf(form: PlcForm): PlcDraft {
  const set = Object.entries(plcKeysOf(form)).filter(([, value]) => value !== null)
  return { name: form.name.trim() || 'test', ...Object.fromEntries(set) }
}

/** What leads to the controller: a test of one form says nothing of a form where this is another. */
export function plcWay({ driver, address, slot, path, timeout }: PlcForm): string {
  return JSON.stringify([driver, address.trim(), slot, path.trim(), timeout])
}

/** Only what was changed. `before` absent: a new PLC. */
export function plcEdits(form: PlcForm, before: PlcForm | undefined): ConfigEdit[] {
  const name = form.name.trim()
  if (!before) return [{ kind: 'add-plc', plc: plcDraftOf(form) }]
  const old = plcKeysOf(before)
  const changed = Object.entries(plcKeysOf(form)).filter(([key, value]) => value !== old[key as keyof PlcKeys])
  return [
    ...(before.name === name ? [] : [{ kind: 'rename-plc', plc: before.name, to: name } as const]),
    ...(changed.length === 0 ? [] : [{ kind: 'set-plc', plc: name, keys: Object.fromEntries(changed) } as const]),
  ]
}

/** A name for a found device that is not taken yet. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const clean = wanted.replace(/[/+#:]/g, ' ').trim() || 'PLC'
  const used = new Set(taken.map(folded))
  if (!used.has(folded(clean))) return clean
  let n = 2
  while (used.has(folded(`${clean} ${n}`))) n++
  return `${clean} ${n}`
}

/** The form of a device found on the network. */
export function foundPlc({ address, identity, kind }: DiscoveredDevice, taken: readonly string[]): PlcForm {
  const micro = /^2080-/.test(identity.productName)
  return {
    ...emptyPlc,
    name: kind === 'controller' ? freeName(identity.productName, taken) : '',
    address,
    driver: micro ? 'micro800' : 'logix',
  }
}
