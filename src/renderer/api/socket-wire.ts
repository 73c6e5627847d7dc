import { frameToText, textToFrame, type Wire } from '#shared/rpc'
import { beat } from '#shared/rpc/beat'
import { createWireEnd } from '#shared/rpc/wire-end'
import { type OpenWire, SignedOut } from './wire.ts'

/** How long the gateway may take to open the wire, in ms. */
const openMs = 5_000

/** Quiet beats at the most, however slow the link is. */
const longestQuiet = 16
/** A wire that has lasted for so many beats is well: the next one is waited for no longer than the first. */
const wellAfter = 30

/** The wire over a WebSocket to where the page came from; the session's cookie goes along by itself. */
export function socketWire(place: Pick<Location, 'protocol' | 'host'>): OpenWire {
  const address = `${place.protocol === 'https:' ? 'wss' : 'ws'}://${place.host}/wire`
  // A large message over a slow link is silent until it is whole: who was given up for it gets twice the time.
  let mostQuiet: number = beat.mostQuiet
  const isAlive = (quiet: number, count: number): boolean => {
    if (count === wellAfter) mostQuiet = beat.mostQuiet
    if (quiet <= mostQuiet) return true
    mostQuiet = Math.min(longestQuiet, 2 * mostQuiet)
    return false
  }
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
        resolve(wireOf(ws, isAlive))
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

/** `isAlive` judges at each beat, the `count`th, how many of them were quiet. */
function wireOf(ws: WebSocket, isAlive: (quiet: number, count: number) => boolean): Wire {
  const end = createWireEnd({
    send: (frame) => {
      if (ws.readyState === WebSocket.OPEN) ws.send(frameToText(frame))
    },
    close: () => ws.close(1000),
  })
  let quiet = 0
  let count = 0
  let waiting = 0
  // Late in a page in the background, which does no harm: beats are counted, and the gateway's pings are the browser's.
  const timer = setInterval(() => {
    // On a slow link a large message of ours may be all that moves.
    quiet = ws.bufferedAmount < waiting ? 0 : quiet + 1
    waiting = ws.bufferedAmount
    if (isAlive(quiet, ++count)) return
    over('the gateway does not answer. Is the network there?')
    ws.close()
  }, beat.everyMs)
  function over(why: string) {
    clearInterval(timer)
    end.end(why)
  }
  ws.onmessage = ({ data }) => {
    quiet = 0
    const frame = textToFrame(String(data))
    if (frame) end.arrive(frame)
  }
  ws.onclose = ({ reason }) => over(reason || 'the gateway is gone')
  return end.wire
}
