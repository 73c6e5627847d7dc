import { NeedsPerson } from '#main/link'
import type { PlcConfig } from '#shared/config'

const words: { readonly [code: string]: readonly [what: string, hint: string] } = {
  ECONNREFUSED: ['connection refused', 'Does the PLC answer EtherNet/IP on this address and port?'],
  ECONNRESET: ['the device reset the connection', 'It may have no connection left; close other clients.'],
  EPIPE: ['the device closed the connection', 'It may have no connection left; close other clients.'],
  EHOSTUNREACH: ['no way to the host', 'Check cable, address and gateway.'],
  ENETUNREACH: ['no way to its network', 'Check cable, address and gateway.'],
  EHOSTDOWN: ['the host is down', 'Check power and cable.'],
  ETIMEDOUT: ['no answer', 'Check power, cable and address.'],
  ENOTFOUND: ['the name is not known', 'Check the spelling, or write the IP address.'],
  EAI_AGAIN: ['the name server does not answer', 'Check the network, or write the IP address.'],
  EACCES: ['this computer does not allow the connection', 'Check its firewall.'],
  EADDRNOTAVAIL: ['the address can not be reached from this computer', 'Check the address.'],
}

const timeoutHint = 'Check power, cable and address; a firewall may swallow the packets.'

/** The error of an attempt in words: begins with the address, ends with what to do, keeps its cause. */
export function connectFailure(plc: PlcConfig, path: string, error: Error): Error {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = words[code]
  if (known) return new Error(`${plc.address}: ${known[0]} (${code}). ${known[1]}`, { cause: error })
  const bare = error.message.startsWith(`${plc.address}: `) ? error.message : `${plc.address}: ${error.message}`
  if (error instanceof NeedsPerson) {
    const settings = path === '' ? 'the device itself' : `connection path ${path}`
    return new NeedsPerson(`${ended(bare)} Now: ${settings}. Correct slot or connection path of the PLC.`, {
      cause: error,
    })
  }
  if (/within \d+ ms$/.test(bare)) return new Error(`${bare}. ${timeoutHint}`, { cause: error })
  return new Error(ended(bare), { cause: error })
}

function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}. Check that this is a Logix controller and that it runs.`
}
