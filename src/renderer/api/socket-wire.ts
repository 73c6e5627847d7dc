import { frameToText, textToFrame, type Wire } from '#shared/rpc'
import { createWireEnd } from '#shared/rpc/wire-end'
import { type OpenWire, SignedOut } from './wire.ts'

/** How long the gateway may take to open the wire, in ms. */
const openMs = 5_000

/** The wire over a WebSocket to where the page came from; the session's cookie goes along by itself. */
export function socketWire(place: Pick<Location, 'protocol' | 'host'>): OpenWire {
  const address = `${place.protocol === 'https:' ? 'wss' : 'ws'}://${place.host}/wire`
  return (signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const ws = new WebSocket(address)
      const giveUp = () => ws.close()
      const timer = setTimeout(giveUp, openMs)
      const settle = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
      }
      signal.addEventListener('abort', giveUp, { once: true })
      ws.onopen = () => {
        settle()
        resolve(wireOf(ws))
      }
      ws.onclose = () => {
        settle()
        whyNot(signal).then(reject, reject)
      }
    })
}

/** A refused WebSocket does not say why; a request to the same host does. */
async function whyNot(signal: AbortSignal): Promise<Error> {
  const request = { cache: 'no-store', signal: AbortSignal.any([signal, AbortSignal.timeout(openMs)]) } as const
  const status = await fetch('/session', request).then(
    (response) => response.status,
    () => 0,
  )
  if (status === 401 || status === 403)
    return new SignedOut('the gateway does not know this page any more. Open the address it printed when it started.')
  if (status === 0) return new Error('the gateway does not answer. Has it ended?')
  return new Error('the gateway refuses the connection. Are too many windows open?')
}

function wireOf(ws: WebSocket): Wire {
  const end = createWireEnd({
    send: (frame) => {
      if (ws.readyState === WebSocket.OPEN) ws.send(frameToText(frame))
    },
    close: () => ws.close(1000),
  })
  ws.onmessage = ({ data }) => {
    const frame = textToFrame(String(data))
    if (frame) end.arrive(frame)
  }
  ws.onclose = ({ reason }) => end.end(reason || 'the gateway is gone')
  return end.wire
}
