/** What a message is and whose, by its address (wire.md §1). Pure. */
import type { Service } from '#shared/broker'
import type { MessageKind } from '#shared/monitor'
import { isUnder } from '#shared/names/parse'

/** Ends and parts of addresses that tell the kind, the most telling first. */
const marks: Readonly<Record<Service, readonly (readonly [RegExp, MessageKind])[]>> = {
  mqtt: [
    [/\/_gw\//, 'presence'],
    [/\/[^/]+\/tags\/./, 'value'],
    [/\/write\/response$/, 'response'],
    [/\/write$/, 'request'],
    [/\/health$/, 'health'],
  ],
  valkey: [
    [/:_gw:/, 'presence'],
    [/:[^:]+:tags:./, 'value'],
    [/:changes$/, 'value'],
    [/:write:responses$/, 'response'],
    [/:writes$/, 'request'],
    [/:health$/, 'health'],
  ],
  kafka: [
    [/-write-responses$/, 'response'],
    [/-writes$/, 'request'],
    [/\.health$/, 'health'],
  ],
}

/** `bases`: those of this gateway on that service. */
export function kindOf(service: Service, bases: readonly string[], address: string): MessageKind {
  const mark = marks[service].find(([pattern]) => pattern.test(address))
  if (mark) return mark[1]
  return service === 'kafka' && bases.includes(address) ? 'value' : 'other'
}

export function ownerOf(service: Service, bases: readonly string[], address: string): 'own' | 'foreign' {
  return bases.some((base) => isUnder(service, base, address)) ? 'own' : 'foreign'
}
