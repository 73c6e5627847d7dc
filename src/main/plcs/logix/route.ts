/** Where a controller is: address of the device that answers, and the way from there to the controller's slot. */
import { defaultPort } from '#main/plcs/cip'
import { port } from './eip.ts'

export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Reads `host`, `host:port`, `[v6]:port` or a bare IPv6 address. Returns a text where it is none of them. */
export function parseEndpoint(address: string): Endpoint | string {
  const text = address.trim()
  const bracketed = /^\[([0-9A-Fa-f:.%\w]+)\](?::(\d+))?$/.exec(text)
  const plain = /^([^\s:[\]/]+)(?::(\d+))?$/.exec(text)
  const bare = /^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\w+)?$/.test(text)
  const found = bracketed ?? plain
  if (!found && !bare) return `"${address}" is not an address: write host, host:port or [IPv6]:port`
  const portNumber = Number(found?.[2] ?? defaultPort)
  if (portNumber < 1 || portNumber > 0xffff) return `port ${portNumber} is not 1 to 65535`
  return { host: found?.[1] ?? text, port: portNumber }
}

const namedPorts: { readonly [name: string]: number } = { backplane: 1, bp: 1, enet: 2 }

/** One hop of a connection path. */
interface Hop {
  readonly text: string
  readonly segment: Buffer
}

const longestRoute = 200

/**
 * Reads a connection path: pairs of port and link, divided by commas, slashes, backslashes or spaces, as
 * `1,0`, `backplane/3` or `1,4,2,192.168.1.5,1,0`. '' is the device itself. Returns a text where it is malformed.
 */
export function parseRoute(path: string): Buffer | string {
  const hops = hopsOf(path)
  if (typeof hops === 'string') return hops
  const route = Buffer.concat(hops.map(({ segment }) => segment))
  return route.length > longestRoute ? `connection path "${path}" is too long` : route
}

/**
 * Begins a text about a refusal with the hop that failed: `hop 2 of 3 (port 2, 192.168.1.5): `. `remaining` are the
 * words of the route that lay ahead of the router that refused; '' where it is not known, or the path has no hops.
 */
export function hopText(path: string, remaining: number | undefined): string {
  const hops = hopsOf(path)
  if (remaining === undefined || typeof hops === 'string' || hops.length === 0) return ''
  let ahead = hops.reduce((sum, { segment }) => sum + segment.length / 2, 0)
  for (const [i, { text, segment }] of hops.entries()) {
    if (ahead <= remaining || i === hops.length - 1) return `hop ${i + 1} of ${hops.length} (${text}): `
    ahead -= segment.length / 2
  }
  return ''
}

function hopsOf(path: string): Hop[] | string {
  const words = path
    .trim()
    .split(/[\s,/\\]+/)
    .filter((word) => word !== '')
  if (words.length % 2 !== 0)
    return `connection path "${path}" holds ${words.length} numbers; it wants pairs of port and link, as 1,0`
  const hops: Hop[] = []
  for (let i = 0; i < words.length; i += 2) {
    const portNumber = namedPorts[(words[i] ?? '').toLowerCase()] ?? wholeNumber(words[i] ?? '')
    const link = words[i + 1] ?? ''
    const linkNumber = wholeNumber(link)
    if (portNumber === undefined) return `connection path "${path}": "${words[i]}" is not a port`
    if (linkNumber === undefined && !/^[A-Za-z0-9.-]+$/.test(link))
      return `connection path "${path}": "${link}" is not a slot or an IP address`
    const where = portNumber === 1 ? `backplane, slot ${link}` : `port ${portNumber}, ${link}`
    try {
      hops.push({ text: where, segment: port(portNumber, linkNumber ?? link) })
    } catch (error) {
      return `connection path "${path}": ${(error as RangeError).message}`
    }
  }
  return hops
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) ? Number(text) : undefined
}
