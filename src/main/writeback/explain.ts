/**
 * A write request without effect: each check of the pipeline with its verdict, up to the first refusal (wire.md §5).
 * Answers "write not executed anywhere" in one paste. Pure.
 */
import type { Arrival } from '#main/bridges/bridge'
import { type EntryId, entryText, type Service } from '#shared/broker'
import type { BrokerConfig, Config, TagConfig } from '#shared/config'
import { base, kafkaNames, mqttNames, valkeyNames } from '#shared/names/build'
import { plcOfWriteTopic } from '#shared/names/parse'
import { type DataType, typeName } from '#shared/plc'
import type { CheckName, ExplainedStep, GateState } from '#shared/write'
import { ageMs, type CheckInput, checks, type EntryView, seconds } from './checks.ts'
import { readRequest } from './request.ts'

export interface ExplainInput {
  readonly config: Config
  readonly service: Service
  /** Topic, list or Kafka topic the request is sent to. */
  readonly address: string
  readonly payload: string
  /** As if the broker had stored it (MQTT). */
  readonly retained: boolean
  /** ms since the epoch. */
  readonly now: number
  /** Type of a tag where a running gateway knows it. */
  typeOf?(plc: string, tag: string): DataType | undefined
  /** Whether writes may leave for a PLC now, where a gateway runs: claim, pin, write mode, journal. */
  gate?(entry: EntryId, plc: string): GateState
}

/** The entries of one service, with the address each takes requests from. */
function intakes(config: Config, service: Service) {
  return (config[service] as readonly BrokerConfig[]).map((entry) => {
    const view: EntryView = {
      namespace: config.namespace,
      base: base(service, config.namespace, entry.selector),
      ...(entry.plcs ? { plcs: entry.plcs } : {}),
    }
    const address = {
      mqtt: mqttNames.writeFilter(view.base),
      valkey: valkeyNames.writes(view.base),
      kafka: kafkaNames.writes(view.base),
    }[service]
    return { entry, view, address }
  })
}

function listensOn(service: Service, view: EntryView, intake: string, address: string): boolean {
  return service === 'mqtt' ? plcOfWriteTopic(view.base, address) !== undefined : intake === address
}

/** All steps up to the first refusal; the last one tells whether the request would be sent to the PLC. */
export function explain(input: ExplainInput): readonly ExplainedStep[] {
  const { config, service, address } = input
  const all = intakes(config, service)
  const intake = all.find(({ view, address: own }) => listensOn(service, view, own, address))
  const title = 'an enabled entry of this gateway listens there'
  if (!intake) {
    const own = all.map(
      ({ entry, address: listens }) => `${entryText({ service, name: entry.name })} listens on ${listens}`,
    )
    return [
      refusedStep(
        'entry',
        title,
        `nobody listens on ${address}`,
        own.join('; ') || `the configuration has no ${service} entry`,
      ),
    ]
  }
  const name = entryText({ service, name: intake.entry.name })
  if (!intake.entry.enabled)
    return [refusedStep('entry', title, `${name} is switched off`, 'Set "enabled: true" on the entry.')]
  if (!intake.entry.enable_writeback) {
    return [
      refusedStep('entry', title, `${name} takes no write requests`, 'Set "enable_writeback: true" on the entry.'),
    ]
  }
  return [
    { step: 'entry', title, verdict: 'pass', text: name, hint: '' },
    ...judge(input, intake.entry.name, intake.view),
  ]
}

function judge(input: ExplainInput, entryName: string, view: EntryView): readonly ExplainedStep[] {
  const { config, service, address, now } = input
  const plcInTopic = service === 'mqtt' ? plcOfWriteTopic(view.base, address) : undefined
  const arrival: Arrival = {
    entry: { service, name: entryName },
    address,
    replyTo: '',
    payload: new TextEncoder().encode(input.payload),
    at: now,
    retained: input.retained,
    leftOver: false,
    ...(plcInTopic === undefined ? {} : { plcInTopic }),
  }
  const checkInput: CheckInput = {
    arrival,
    request: readRequest(arrival),
    entry: view,
    now,
    maxAgeMs: config.write_max_age,
    plcs: config.plcs,
    typeOf: (plc, tag) => input.typeOf?.(plc, tag.name),
    queueHasRoom: () => true,
  }
  const steps: ExplainedStep[] = []
  for (const check of checks) {
    const refusal = check.refuse(checkInput)
    if (refusal) return [...steps, refusedStep(check.name, check.title, refusal.error, refusal.hint)]
    const unjudged = check.name === 'value' && !isTypeKnown(checkInput)
    steps.push({
      step: check.name,
      title: check.title,
      verdict: unjudged ? 'unknown' : 'pass',
      text: unjudged ? 'judged when the PLC is connected' : facts[check.name](checkInput),
      hint: '',
    })
  }
  return [...steps, gateStep(config, input.gate?.(arrival.entry, checkInput.request.plc))]
}

/** What a check that passed has found, in a word or two. */
const facts: Readonly<Record<CheckName, (input: CheckInput) => string>> = {
  request: ({ arrival }) => `${arrival.payload.byteLength} bytes`,
  retained: () => 'live',
  namespace: ({ request, entry }) => request.addressee ?? entry.base,
  'plc-in-topic': ({ arrival }) => arrival.plcInTopic ?? 'no topic',
  age: ({ arrival, request, now, maxAgeMs }) => {
    const age = ageMs(arrival, request, now)
    return age === undefined ? 'no timestamp' : `${seconds(Math.max(0, age))} of ${seconds(maxAgeMs)}`
  },
  'request-id': ({ request }) => request.requestId ?? 'none',
  plc: ({ request }) => request.plc,
  tag: ({ request }) => request.tag,
  writable: () => 'yes',
  value: (input) => {
    const tag = tagOf(input)
    const type = tag && input.typeOf(input.request.plc, tag)
    if (!tag || !type) return ''
    const limited = tag.min !== undefined || tag.max !== undefined
    return limited ? `${typeName(type)} in ${tag.min ?? '…'}..${tag.max ?? '…'}` : typeName(type)
  },
  queue: () => '',
}

function gateStep(config: Config, now: GateState | undefined): ExplainedStep {
  if (now) {
    const title = 'the gate is open (claim, pin, write mode, journal)'
    if (now.open) return { step: 'gate', title, verdict: 'pass', text: '', hint: '' }
    return refusedStep('gate', title, `writes are blocked: ${now.why}`, now.hint)
  }
  const title = 'the gate is open (write mode)'
  if (config.write_mode === 'armed') return { step: 'gate', title, verdict: 'pass', text: config.write_mode, hint: '' }
  return refusedStep(
    'gate',
    title,
    'writes are blocked: this gateway is read-only',
    'Set "write_mode: armed", or switch it in the window.',
  )
}

function refusedStep(step: ExplainedStep['step'], title: string, text: string, hint: string): ExplainedStep {
  return { step, title, verdict: 'refused', text, hint }
}

function isTypeKnown(input: CheckInput): boolean {
  const tag = tagOf(input)
  return tag !== undefined && input.typeOf(input.request.plc, tag) !== undefined
}

function tagOf({ request, plcs }: CheckInput): TagConfig | undefined {
  const plc = plcs.find(({ name }) => name === request.plc)
  return plc?.tags.find(({ name, alias }) => alias === request.tag || name === request.tag)
}
