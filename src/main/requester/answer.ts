/** Which of the answers on an address belongs to a request. Pure. */
import { canonicalJson, isJsonObject, type Json, parseJson } from '#shared/value'

/** What a request asks for, as far as it can be read; undefined fields: not there. */
export interface Asked {
  readonly plc?: string
  readonly tag?: string
  readonly value?: Json
  readonly requestId?: string
}

export function askedBy(payload: string): Asked {
  const json = objectOf(payload)
  const text = (name: string) => {
    const value = json && Object.hasOwn(json, name) ? json[name] : undefined
    return typeof value === 'string' ? value : undefined
  }
  const [plc, tag, requestId] = [text('plc'), text('tag'), text('request_id')]
  return {
    ...(plc === undefined ? {} : { plc }),
    ...(tag === undefined ? {} : { tag }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(json && Object.hasOwn(json, 'value') ? { value: json.value as Json } : {}),
  }
}

/**
 * By the request id where there is one; else an answer to the same PLC, tag and value. What could not be read of a
 * request is '' or null in its answer (wire.md §3), and on MQTT the PLC is that of the topic.
 */
export function isAnswerTo(asked: Asked, payload: string): boolean {
  const answer = objectOf(payload)
  if (!answer || typeof answer.success !== 'boolean') return false
  if (asked.requestId !== undefined) return answer.request_id === asked.requestId
  if (answer.request_id !== undefined) return false
  if (asked.plc !== undefined && answer.plc !== asked.plc) return false
  if ((asked.tag ?? '') !== answer.tag) return false
  return sameJson(answer.value ?? null, asked.value ?? null)
}

export function sameJson(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b)
}

function objectOf(text: string): { readonly [key: string]: Json } | undefined {
  try {
    const json = parseJson(text)
    return isJsonObject(json) ? json : undefined
  } catch {
    return undefined
  }
}
