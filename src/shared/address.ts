/** A host name or address without brackets, and a TCP port. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/**
 * Takes `host`, `host:port`, `[IPv6]`, `[IPv6]:port` or a bare IPv6 address apart. Undefined where it is none of these.
 * A numeric host must be a whole IPv4 address (`192.168.1` is refused, though some systems accept it).
 */
export function splitAddress(text: string, defaultPort: number): HostPort | undefined {
  const bracketed = /^\[([^\]]*)\](?::([0-9]+))?$/.exec(text)
  if (bracketed) return checked(bracketed[1] ?? '', bracketed[2], defaultPort, isIpv6)
  if (isIpv6(text)) return { host: text, port: defaultPort }
  const plain = /^([^:]*)(?::([0-9]+))?$/.exec(text)
  return plain ? checked(plain[1] ?? '', plain[2], defaultPort, isHostName) : undefined
}

/** `host:port`, an IPv6 address in brackets. */
export function joinAddress({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * The same text for addresses that are surely the same: small letters, no final dot, one word for this computer. Two
 * names of one server in the DNS stay different: nobody can know.
 */
export function normalAddress({ host, port }: HostPort): string {
  const small = host.toLowerCase().replace(/\.$/, '')
  const local = small === 'localhost' || small === '::1' || /^127(\.[0-9]+){3}$/.test(small)
  return joinAddress({ host: local ? 'localhost' : small, port })
}

function checked(host: string, port: string | undefined, defaultPort: number, ok: (host: string) => boolean) {
  const number = port === undefined ? defaultPort : Number(port)
  return ok(host) && number >= 1 && number <= 65535 ? { host, port: number } : undefined
}

function isHostName(host: string): boolean {
  if (host.length > 253) return false
  const labels = host.replace(/\.$/, '').split('.')
  if (labels.every((label) => /^[0-9]+$/.test(label))) {
    return labels.length === 4 && labels.every((label) => label.length <= 3 && Number(label) <= 255)
  }
  return labels.every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label))
}

function isIpv6(host: string): boolean {
  const [address, zone, ...rest] = host.split('%')
  if (address === undefined || rest.length > 0 || zone === '' || (zone && !/^[A-Za-z0-9._-]{1,32}$/.test(zone)))
    return false
  const halves = address.split('::')
  if (!address.includes(':') || halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const v4 = last.includes('.')
  if (v4 && !isHostName(last)) return false
  if (!(v4 ? groups.slice(0, -1) : groups).every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false
  const count = groups.length + (v4 ? 1 : 0)
  return halves.length === 2 ? count <= 7 : count === 8
}
