/** IPv4 networks as people write them → the addresses to ask. Pure. */

/** More addresses than this are not asked: it would take too long, and looks like an attack to others. */
export const mostAddresses = 4_096

/** Networks of one search. */
export const mostNetworks = 8

export type Subnet =
  | { readonly ok: true; readonly addresses: readonly string[] }
  /** Why it is none, in words. */
  | { readonly ok: false; readonly text: string }

/**
 * Hosts of `10.0.0.0/24` (without network and broadcast address), of a range `10.0.0.5-10.0.0.40` or `10.0.0.5-40`, or
 * one address.
 */
export function parseSubnet(text: string): Subnet {
  const bare = text.trim()
  const [, network, bits] = /^([\d.]+)\/(\d{1,2})$/.exec(bare) ?? []
  if (network !== undefined) return hostsOf(bare, network, Number(bits))
  const [, from, to] = /^([\d.]+)\s*-\s*([\d.]+)$/.exec(bare) ?? []
  if (from === undefined || to === undefined) return between(bare, bare, bare)
  return between(bare, from, to.includes('.') ? to : `${from.slice(0, from.lastIndexOf('.') + 1)}${to}`)
}

const wanted = 'Write it as 10.0.0.0/24, 10.0.0.5-10.0.0.40 or 10.0.0.5.'

function hostsOf(text: string, network: string, bits: number): Subnet {
  const base = numberOf(network)
  if (base === undefined || bits > 32) return { ok: false, text: `"${text}" is not an IPv4 network. ${wanted}` }
  const size = 2 ** (32 - bits)
  const first = Math.floor(base / size) * size
  return bits >= 31 ? list(text, first, size) : list(text, first + 1, size - 2)
}

function between(text: string, from: string, to: string): Subnet {
  const [first, last] = [numberOf(from), numberOf(to)]
  if (first === undefined || last === undefined || last < first)
    return { ok: false, text: `"${text}" is not an IPv4 network or range. ${wanted}` }
  return list(text, first, last - first + 1)
}

function list(text: string, first: number, count: number): Subnet {
  if (count > mostAddresses)
    return {
      ok: false,
      text: `"${text}" has ${count} addresses, at most ${mostAddresses} are searched. Search in parts.`,
    }
  return { ok: true, addresses: Array.from({ length: count }, (_, i) => addressOf(first + i)) }
}

function numberOf(address: string): number | undefined {
  const parts = address.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined
  return parts.reduce((number, part) => number * 256 + Number(part), 0)
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}

/** Broadcast address of the network an interface is in. */
export function broadcastOf(address: string, netmask: string): string | undefined {
  const [own, mask] = [numberOf(address), numberOf(netmask)]
  if (own === undefined || mask === undefined) return undefined
  const size = 2 ** 32 - mask
  return addressOf(Math.floor(own / size) * size + size - 1)
}
